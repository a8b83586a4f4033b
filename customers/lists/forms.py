"""The forms of the entries of lists: `values` are what the acts take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from customers.lists.catalogue import EditedList
from customers.models import AccountType, ClosingReason, LeadPhase, ListEntry
from customers.web.fields import TextField


class EntryForm(forms.Form):
    name = TextField(
        label="Name",
        max_length=ListEntry._meta.get_field("name").max_length,
        error_messages={"required": "Enter a name."},
    )
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, entry: ListEntry | None = None) -> None:
        shown = {name: getattr(entry, name) for name in self.base_fields} if entry else {}
        super().__init__(data, label_suffix="", initial=shown)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PhaseForm(EntryForm):
    score = forms.IntegerField(
        label="Score in percent",
        min_value=0,
        max_value=100,
        help_text="How likely something in this phase is won. Home weights the values of opportunities by it.",
        error_messages={"required": "Enter a score from 0 to 100.", "invalid": "Enter a score from 0 to 100."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    value = forms.DecimalField(
        label="Usual value",
        required=False,
        max_digits=14,
        decimal_places=3,
        help_text="An opportunity in this phase begins with it. Leave it empty if there is none.",
        error_messages={"invalid": "Enter a value such as 1200.00."},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.CharField(
        label="Currency of the value",
        required=False,
        max_length=3,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        return {**values, "currency": values["currency"].upper() or settings.DEFAULT_CURRENCY}


class ReasonForm(EntryForm):
    outcome = forms.ChoiceField(label="Closes as", choices=ClosingReason.Outcome.choices, initial="lost")


FORMS: Mapping[type[ListEntry], type[EntryForm]] = {
    AccountType: EntryForm,
    LeadPhase: PhaseForm,
    ClosingReason: ReasonForm,
}


def form_of(edited: EditedList, data: Mapping[str, Any] | None = None, *, entry: ListEntry | None = None) -> EntryForm:
    return FORMS[edited.model](data, entry=entry)
