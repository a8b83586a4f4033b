"""The filter of the merge history. What makes no sense is left out and named, the rest still filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model

from customers.lib.dates import end_of_day, start_of_day
from customers.merging.history import ERASED, IN_FORCE, UNDONE, MergeFilter
from customers.models import Customer, Via
from customers.search.find import find_by_number_or_text
from customers.web.fields import choice_field

MOST_CUSTOMERS = 100
PROGRAM = "program"
DAY = "%Y-%m-%d"
STATES = {"": "All", IN_FORCE: "Active", UNDONE: "Undone", ERASED: "Erased"}


def people() -> list[tuple[str, str]]:
    users = get_user_model().objects.order_by("first_name", "last_name", "username")
    return [("", "Anyone"), (PROGRAM, "API client"), *((str(user.pk), str(user)) for user in users)]


def ways() -> list[tuple[str, str]]:
    return [("", "Any"), *((str(value), str(label)) for value, label in Via.choices)]


class DateInput(forms.DateInput):
    """A browser shows no other text than a date in it, and says so."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        try:
            return super().format_value(date.fromisoformat(str(value)))
        except ValueError:
            return None


class MergeHistoryForm(forms.Form):
    customer = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"}))
    by = forms.ChoiceField(required=False, label="User")
    via = forms.ChoiceField(required=False, choices=ways, label="Method")
    state = forms.ChoiceField(required=False, choices=list(STATES.items()), label="Status")
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        choice_field(self, "by").choices = people()
        self.fields["customer"].widget.attrs["placeholder"] = "Number, name, email or phone"
        self.is_valid()

    @property
    def left_out(self) -> list[str]:
        """What was asked for and makes no sense."""
        return [str(self.fields[name].label or name.capitalize()) for name in self.errors]

    @cached_property
    def asked(self) -> dict[str, str]:
        """What filters, as it stands in an address."""
        return {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @cached_property
    def customers(self) -> list[Customer] | None:
        """Whose merges; None when nobody was named."""
        text = self.cleaned_data.get("customer", "")
        return find_by_number_or_text(text, most=MOST_CUSTOMERS) if text else None

    @property
    def the_customer(self) -> Customer | None:
        """The one customer that the history is of."""
        return self.customers[0] if self.customers and len(self.customers) == 1 else None

    @property
    def wanted(self) -> MergeFilter:
        found = self.cleaned_data
        by = found.get("by", "")
        return MergeFilter(
            of=None if self.customers is None else [customer.pk for customer in self.customers],
            by=0 if by == PROGRAM else int(by) if by else None,
            via=found.get("via", ""),
            state=found.get("state", ""),
            since=start_of_day(found["since"]) if found.get("since") else None,
            until=end_of_day(found["until"]) if found.get("until") else None,
        )
