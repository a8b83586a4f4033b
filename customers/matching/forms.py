from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.formats import localize
from django.utils.timezone import localtime

from customers.lib.money import format_money, to_minor_units
from customers.lib.time_ranges import read_time_range
from customers.matching.judgement import Strength
from customers.matching.worklist.filters import UNASSIGNED, WorklistFilter
from customers.matching.worklist.tabs import GroupsTab
from customers.models import DataSource, EvidenceKind, IdentifyingAttribute, IgnoredValue
from customers.web.fields import TextField, choice_field, chosen_label


class IgnoreForm(forms.Form):
    """An email or phone to ignore for all customers."""

    value = TextField(
        label="Email or phone",
        max_length=IgnoredValue._meta.get_field("written").max_length,
        error_messages={"required": "Enter an email or phone."},
    )
    reason = TextField(
        label="Reason (optional)", max_length=IgnoredValue._meta.get_field("reason").max_length, required=False
    )
    use_required_attribute = False


STRENGTHS: dict[str, str] = {"both": "Same email and phone", "email": "Same email", "phone": "Same phone"}
AGREEING: dict[str, str] = {
    "street": "Same street",
    "company": "Same company",
    "born": "Same date of birth",
}
OTHER: dict[str, str] = {
    EvidenceKind.IDENTIFIER: "Same identifying attribute",
    EvidenceKind.EXTERNAL_ID: "Same external ID",
    EvidenceKind.COMPANY: "Same company",
    EvidenceKind.DOMAIN: "Same web domain",
}
EVIDENCE = {GroupsTab.SHARED: STRENGTHS, GroupsTab.LIKELY: AGREEING, GroupsTab.EVIDENCE: OTHER}
SPENT = (50, 500, 5_000)


class WorklistFilterForm(forms.Form):
    """The filters of a tab of the worklist. Values that are not valid are ignored and listed; the others filter."""

    evidence = forms.ChoiceField(required=False)
    source = forms.ChoiceField(required=False, label="Data source")
    spent = forms.ChoiceField(required=False, label="Order value")
    owner = forms.ChoiceField(required=False)
    received = forms.ChoiceField(required=False)
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any], *, tab: GroupsTab = GroupsTab.SHARED, with_orders: bool = True) -> None:
        super().__init__(data, label_suffix="")
        self.tab = tab
        choice_field(self, "evidence").choices = [("", "Any evidence"), *EVIDENCE[tab].items()]
        choice_field(self, "source").choices = [("", "Any source"), *_sources()]
        choice_field(self, "owner").choices = [("", "Anyone"), (str(UNASSIGNED), "Unassigned"), *_users()]
        choice_field(self, "spent").choices = [("", "Any value"), *_amounts()]
        if not with_orders:
            del self.fields["spent"]
        self._add_received(data.get("received", ""))
        self.is_valid()

    def _add_received(self, text: str) -> None:
        """Chosen elsewhere, such as on the page of an import; here it can only be taken away."""
        if not text:
            del self.fields["received"]
        elif times := read_time_range(text):
            label = " to ".join(localize(localtime(at)) for at in times)
            choice_field(self, "received").choices = [("", "Any time"), (text, label)]

    @property
    def ignored(self) -> list[str]:
        return [str(self.fields[name].label or name.capitalize()) for name in self.errors]

    @cached_property
    def applied(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}

    @property
    def query(self) -> str:
        return urlencode(self.applied)

    @property
    def described(self) -> str:
        """The filters in words, such as “Evidence: Same email, Owner: Jane Peacock”; "" without any."""
        return ", ".join(
            f"{self[name].label}: {chosen_label(self, name, value)}" for name, value in self.applied.items()
        )

    @property
    def worklist_filter(self) -> WorklistFilter:
        applied = self.applied
        evidence = applied.get("evidence", "")
        return WorklistFilter(
            strength=Strength[evidence.upper()] if evidence and self.tab == GroupsTab.SHARED else None,
            field=evidence if self.tab == GroupsTab.LIKELY else "",
            kind=EvidenceKind(evidence) if evidence and self.tab == GroupsTab.EVIDENCE else None,
            source=int(applied["source"]) if "source" in applied else None,
            received=read_time_range(applied.get("received", "")),
            owner=int(applied["owner"]) if "owner" in applied else None,
            spent=to_minor_units(Decimal(applied.get("spent", 0)), settings.DEFAULT_CURRENCY),
        )


def _sources() -> Iterator[tuple[str, str]]:
    return ((str(pk), name) for pk, name in DataSource.objects.order_by("name").values_list("pk", "name"))


def _users() -> Iterator[tuple[str, str]]:
    users = get_user_model().objects.order_by("first_name", "last_name", "username")
    return ((str(user.pk), str(user)) for user in users)


def _amounts() -> Iterator[tuple[str, str]]:
    currency = settings.DEFAULT_CURRENCY
    return ((str(amount), f"{format_money(Decimal(amount), currency)} or more") for amount in SPENT)


class IdentifyingForm(forms.Form):
    """An attribute that says who a customer is."""

    name = TextField(
        label="Attribute",
        max_length=IdentifyingAttribute._meta.get_field("name").max_length,
        error_messages={"required": "Enter the name of an attribute."},
        help_text="As it is written on customers, such as vat_number. Capitals count.",
        widget=forms.TextInput(attrs={"list": "attribute-names", "autocomplete": "off"}),
    )
    meaning = forms.ChoiceField(
        label="What it says",
        choices=[
            ("", "Select…"),
            (IdentifyingAttribute.Meaning.IDENTIFIER, "One per person, such as a VAT number"),
            (IdentifyingAttribute.Meaning.TRAIT, "Trait, such as a date of birth"),
        ],
        error_messages={"required": "Select what it says."},
    )
    use_required_attribute = False
