from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from typing import Any

from django import forms

from crm.accounts.models import User
from customers.models import BillingStatus, DataSource, LeadStatus, MergeRule
from customers.models.merge import Kept, OnConflict
from customers.models.rule import Agreement, NamesNeeded
from customers.rules.ready_made import DEFAULTS
from customers.web.fields import TextField

HELP = {
    Agreement.EMAIL: "Regardless of formatting",
    Agreement.PHONE: "Regardless of formatting",
    Agreement.EXTERNAL_ID: "In different data sources",
    Agreement.COMPANY: "Without legal form, such as GmbH or Inc.",
    Agreement.DOMAIN: "Of email or website. Common mail providers never count",
    Agreement.IDENTIFIER: "An attribute marked as one per person",
    NamesNeeded.FULL: "In any order, regardless of capitals and accents",
    NamesNeeded.COMPATIBLE: "An initial, a short form or a part: “H. Holý”, “Bob” and “Robert”",
    NamesNeeded.ANY: "A family may share an email, and an office a domain",
    OnConflict.REVIEW: "Recommended. Consent is never a conflict: the most restrictive applies",
}
STATUSES = [*BillingStatus.choices, *LeadStatus.choices]
MOST_USERS = 200


class RuleForm(forms.Form):
    name = TextField(help_text="Shown in the history beside each merge", error_messages={"required": "Enter a name."})
    evidence = forms.MultipleChoiceField(required=False, choices=Agreement.choices, widget=forms.CheckboxSelectMultiple)
    by_probability = forms.BooleanField(required=False, label="A probability of at least")
    probability = forms.DecimalField(
        required=False, label="Percent", min_value=50, max_value=100, max_digits=6, decimal_places=3
    )
    names = forms.ChoiceField(choices=NamesNeeded.choices, widget=forms.RadioSelect)
    match_case = forms.BooleanField(
        required=False,
        label="Capital letters must match, too",
        help_text="Of names, companies and external IDs. Off for most rules",
    )
    kept = forms.ChoiceField(choices=Kept.choices, widget=forms.RadioSelect)
    kept_source = forms.ModelChoiceField(
        DataSource.objects.exclude(name=DataSource.STAFF).order_by("name"),
        required=False,
        label="Data source",
        empty_label="Select…",
    )
    on_conflict = forms.ChoiceField(choices=OnConflict.choices, widget=forms.RadioSelect)
    exempt_active = forms.BooleanField(required=False, label="Customers with active purchases on both sides")
    exempt_statuses = forms.MultipleChoiceField(required=False, choices=STATUSES, widget=forms.CheckboxSelectMultiple)
    exempt_tags = forms.CharField(
        required=False,
        label="Customers with these tags",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Separated by commas",
    )
    exempt_above = forms.DecimalField(
        required=False,
        label="Customers with orders above",
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text="In the currency of the orders",
    )
    largest_group = forms.IntegerField(label="Groups larger than", min_value=2, max_value=100)
    stop_above = forms.DecimalField(
        label="When undone in 7 days, above (percent)",
        min_value=Decimal("0.1"),
        max_value=50,
        max_digits=4,
        decimal_places=1,
        help_text="Counted from 20 merged customers on, or from 3 restored ones",
    )
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        None, required=False, label="Notify", empty_label="No one", help_text="Also shown on Home"
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Any = None, *, users: Any, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial), label_suffix="")
        self.fields["owner"].queryset = users.filter(is_active=True).order_by("first_name", "last_name", "pk")  # type: ignore[attr-defined]

    def options(self, name: str) -> list[tuple[Any, str]]:
        """The boxes or buttons of a field, each with its help."""
        return [(box, HELP.get(box.data["value"], "")) for box in self[name]]

    @property
    def evidence_options(self) -> list[tuple[Any, str]]:
        return self.options("evidence")

    @property
    def names_options(self) -> list[tuple[Any, str]]:
        return self.options("names")

    @property
    def kept_options(self) -> list[tuple[Any, str]]:
        return self.options("kept")

    @property
    def conflict_options(self) -> list[tuple[Any, str]]:
        return self.options("on_conflict")

    @property
    def status_options(self) -> list[tuple[Any, str]]:
        return self.options("exempt_statuses")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("by_probability") and values.get("probability") is None and "probability" not in self.errors:
            self.add_error("probability", "Enter a probability, such as 99.9.")
        return values

    def show_version(self, version: int) -> None:
        """The rule was changed meanwhile: what the page shows now is what the user sees."""
        # Of what a request sent, a copy can be changed.
        sent: Any = copy(self.data)
        sent["version"] = str(version)
        self.data = sent

    @property
    def values(self) -> dict[str, Any]:
        """What a rule says, as `customers.rules.edit` takes it."""
        data = self.cleaned_data
        plain = {name: data[name] for name in DEFAULTS if name not in ("least_probability", "exempt_tags")}
        tags = dict.fromkeys(" ".join(tag.split()) for tag in data["exempt_tags"].replace("\n", ",").split(","))
        probability = float(data["probability"] / 100) if data["by_probability"] else None
        return {**plain, "least_probability": probability, "exempt_tags": [tag for tag in tags if tag]}


def initial_of(values: Mapping[str, Any], *, owner: User | None, version: int | None = None) -> dict[str, Any]:
    probability = values["least_probability"]
    return {
        **values,
        "owner": owner,
        "by_probability": probability is not None,
        "probability": f"{100 * probability:.6g}" if probability is not None else "99.9",
        "exempt_tags": ", ".join(values["exempt_tags"]),
        "version": version,
    }


def saved_values(rule: MergeRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in DEFAULTS}
