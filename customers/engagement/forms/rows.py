"""The forms of contacts, tasks and opportunities: `values` are what the acts of these rows take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Model, Q
from django.utils import timezone

from customers.engagement.opportunities import DECIDED
from customers.models import (
    ClosingReason,
    Contact,
    ForecastCategory,
    LeadPhase,
    Opportunity,
    OpportunityKind,
    Task,
)
from customers.web.fields import DateInput, TextField

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_CONTACT_NOTE = 5_000
NOT_LISTED = {"invalid_choice": "Select one of the listed options."}


def text(model: type[Model], name: str, label: str, *, required: str = "") -> TextField:
    """A text as long as its column; `required` is the message where it is missing."""
    longest = model._meta.get_field(name).max_length  # type: ignore[union-attr]
    messages = {"required": required} if required else None
    return TextField(label=label, max_length=longest, required=bool(required), error_messages=messages)


def staff(label: str) -> forms.ModelChoiceField[Any]:
    message = {"required": "Select a user.", "invalid_choice": "Select one of the listed users."}
    return forms.ModelChoiceField(None, label=label, error_messages=message)


def day(label: str) -> forms.DateField:
    message = {"required": "Enter a date.", "invalid": "Enter a date such as 2026-03-31."}
    return forms.DateField(label=label, widget=DateInput, error_messages=message)


class RowForm(forms.Form):
    """`users` are the fields of users: active ones, and the one that is set."""

    use_required_attribute = False
    users: tuple[str, ...] = ()

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Any = None, by: User) -> None:
        self.row = row
        super().__init__(data, label_suffix="", initial=self.shown() if row else dict.fromkeys(self.users, by))
        for name in self.users:
            set_one = Q(pk=getattr(row, f"{name}_id", None))
            active = get_user_model().objects.filter(Q(is_active=True) | set_one)
            self.fields[name].queryset = active.order_by("first_name", "last_name", "username")  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in self.base_fields}

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ContactForm(RowForm):
    first_name = text(Contact, "first_name", "First name")
    last_name = text(Contact, "last_name", "Last name")
    title = text(Contact, "title", "Title")
    email = text(Contact, "email", "Email")
    phone = text(Contact, "phone", "Phone")
    linked_in = text(Contact, "linked_in", "LinkedIn")
    twitter = text(Contact, "twitter", "Twitter")
    notes = TextField(label="Note", max_length=LONGEST_CONTACT_NOTE, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in ("first_name", "last_name", "email", "phone")):
            self.add_error("first_name", "Enter a name, an email or a phone.")
        return cleaned


class TaskForm(RowForm):
    """A task is due from the beginning of a day; the time of one that an API client sent is kept while the day is."""

    users = ("assignee",)
    details = text(Task, "details", "Task", required="Enter what is to be done.")
    assignee = staff("Owner")
    due = day("Due")

    def shown(self) -> dict[str, Any]:
        return {**super().shown(), "due": timezone.localdate(self.row.due)}

    @property
    def values(self) -> dict[str, Any]:
        due: date = self.cleaned_data["due"]
        is_kept = self.row and timezone.localdate(self.row.due) == due
        begins = timezone.make_aware(datetime.combine(due, time.min))
        return {**self.cleaned_data, "due": self.row.due if is_kept else begins}


class OpportunityForm(RowForm):
    users = ("owner",)
    pipeline = text(Opportunity, "pipeline", "Pipeline", required="Enter a pipeline, such as New business.")
    phase = forms.ModelChoiceField(
        LeadPhase.objects, required=False, empty_label="None of the list", error_messages=NOT_LISTED
    )
    pipeline_stage = text(Opportunity, "pipeline_stage", "Stage outside the list")
    owner = staff("Owner")
    amount = forms.DecimalField(
        required=False,
        help_text="Left empty: the usual value of the phase.",
        error_messages={"invalid": "Enter an amount such as 1200.00."},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        max_digits=14,
        decimal_places=3,
    )
    currency = forms.CharField(
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(choices=OpportunityKind.choices)
    estimated_close_date = day("Closes")
    forecast_category = forms.ChoiceField(label="Forecast", choices=ForecastCategory.choices)
    closing_reason = forms.ModelChoiceField(
        ClosingReason.objects, required=False, empty_label="None", error_messages=NOT_LISTED
    )
    win_likelihood = forms.IntegerField(
        label="Likelihood in percent",
        required=False,
        min_value=0,
        max_value=100,
        help_text="Left empty: 100 for Won, 0 for Lost, else the score of the phase.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Any = None, by: User) -> None:
        super().__init__(data, row=row, by=by)
        for name in ("phase", "closing_reason"):
            field, current = self.fields[name], Q(pk=getattr(row, f"{name}_id", None))
            field.queryset = field.queryset.filter(Q(is_retired=False) | current)  # type: ignore[attr-defined]
        self.fields["closing_reason"].label_from_instance = _reason_label  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """What follows from the phase is left empty, so that it follows the next one, too."""
        shown = super().shown()
        if self.row.phase:
            shown["pipeline_stage"] = ""
        if self.row.win_likelihood == _likelihood(self.row.forecast_category, self.row.phase):
            shown["win_likelihood"] = None
        return shown

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        phase = cleaned.get("phase")
        if not phase and not cleaned.get("pipeline_stage") and not {"phase", "pipeline_stage"} & self.errors.keys():
            self.add_error("phase", "Select a phase, or enter a stage such as Offer.")
        if cleaned.get("amount") is None and "amount" not in self.errors:
            if phase and phase.value is not None:
                cleaned |= {"amount": phase.value, "currency": phase.currency}
            else:
                self.add_error("amount", "Enter an amount such as 1200.00.")
        if cleaned.get("amount") is not None and not cleaned.get("currency") and "currency" not in self.errors:
            self.add_error("currency", "Enter three letters such as USD.")
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        if values["phase"]:
            values["pipeline_stage"] = values["phase"].name
        if values["win_likelihood"] is None:
            values["win_likelihood"] = _likelihood(values["forecast_category"], values["phase"])
        return values


def _likelihood(forecast: str, phase: LeadPhase | None) -> int:
    return DECIDED.get(forecast, phase.score if phase else 0)  # type: ignore[call-overload, no-any-return]


def _reason_label(reason: ClosingReason) -> str:
    return f"{reason.get_outcome_display()}: {reason}"
