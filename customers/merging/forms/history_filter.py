"""The filter of the merge history. Values that are not valid are ignored and listed; the other values still filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Exists, Q

from customers.lib.dates import end_of_day, start_of_day
from customers.merging.history import HAS_STATE, MergeFilter, MergeState
from customers.models import Customer, Merge, MergeRule, Via
from customers.search.first_found import find_by_number_or_text
from customers.web.fields import DAY, DateInput, choice_field, chosen_label

MOST_CUSTOMERS = 100
API_CLIENT = "api"
MOST_NUMBER = 2**63 - 1


# A condition that few merges meet needs an index on its column, `created` and `id`, as `merge_of_rule` in
# `customers/models/merge.py`: else a page reads all merges. A part of a text has none: CONTRIBUTING.md says what then.
#
# A condition on the members of a merge is an `Exists`: a join lists a merge once for each member.
#
# What a merge has one of, such as a number, is kept in a new column by `merge_customers`; a RunPython of its migration
# gives it to the merges before. What it may have several of, such as data sources, is a table with an index of value
# and merge, written in the last `insert` of `merge_customers`; or it is asked as `customers` is, where few have it:
# `pk__in` of a subquery that begins with these (`filter_merges`).
CONDITIONS: Mapping[str, Callable[[Any], Q]] = {
    # A user's merges through a key are an API client's too: the key's user is in `by`.
    "by": lambda user: Q(via=Via.API) if user == API_CLIENT else Q(by=user),
    "via": lambda method: Q(via=method),
    # That it is not null is said for SQLite, which else leaves the partial index alone.
    "rule": lambda rule: Q(rule=rule, rule__isnull=False),
    "state": lambda state: HAS_STATE[MergeState(state)],
    "since": lambda day: Q(created__gte=start_of_day(day)),
    "until": lambda day: Q(created__lt=end_of_day(day)),
    "batch": lambda number: Q(batch=number),
    "number": lambda number: Q(pk=number),
}


def user_choices() -> list[tuple[str, str]]:
    users = get_user_model().objects.order_by("first_name", "last_name", "username")
    return [("", "Anyone"), (API_CLIENT, "API client"), *((str(user.pk), str(user)) for user in users)]


def rule_choices() -> list[tuple[str, str]]:
    return [(str(rule.pk), str(rule)) for rule in MergeRule.objects.all()]


def method_choices() -> list[tuple[str, str]]:
    """Batches and rules are offered where they have merged."""
    rare = (Via.BULK, Via.RULE)
    has_merged = {f"has_{via}": Exists(Merge.objects.filter(via=via)) for via in rare}
    # Any row would do: what is asked does not depend on it.
    answers = Merge.objects.order_by("pk").annotate(**has_merged).values_list(*has_merged)[:1]
    offered = dict(zip(rare, next(iter(answers), [False] * len(rare)), strict=True))
    return [("", "Any"), *((via.value, via.label) for via in Via if offered.get(via, True))]


class MergeHistoryForm(forms.Form):
    customer = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"}))
    by = forms.ChoiceField(required=False, label="User")
    number = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_NUMBER,
        label="Merge",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 8, "placeholder": "Number"}),
    )
    via = forms.ChoiceField(required=False, label="Method")
    rule = forms.ChoiceField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", "All"), *MergeState.choices], label="Status")
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    # Links lead to it: nobody knows the number.
    batch = forms.IntegerField(required=False, min_value=1, max_value=MOST_NUMBER, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        choice_field(self, "by").choices = user_choices()
        choice_field(self, "via").choices = method_choices()
        if rules := rule_choices():
            choice_field(self, "rule").choices = [("", "Any"), *rules]
        else:
            del self.fields["rule"]
        self.fields["customer"].widget.attrs["placeholder"] = "Number, name or email"
        self.is_valid()

    @property
    def ignored(self) -> list[str]:
        return [str(self.fields[name].label or name.capitalize()) for name in self.errors]

    @cached_property
    def applied(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}

    @property
    def query(self) -> str:
        return urlencode(self.applied)

    @property
    def described(self) -> str:
        """The filters in words, such as “User: Jane Peacock, From: 2026-01-12”; "" without any."""
        return ", ".join(
            f"{self[name].label}: {chosen_label(self, name, value)}" for name, value in self.applied.items()
        )

    @cached_property
    def customers(self) -> list[Customer] | None:
        """None when the filter names no customer."""
        text = self.cleaned_data.get("customer", "")
        return find_by_number_or_text(text, most=MOST_CUSTOMERS) if text else None

    @property
    def the_customer(self) -> Customer | None:
        return self.customers[0] if self.customers and len(self.customers) == 1 else None

    @property
    def merge_filter(self) -> MergeFilter:
        values = {name: value for name, value in self.cleaned_data.items() if value and name != "customer"}
        return MergeFilter(
            Q(*(CONDITIONS[name](value) for name, value in values.items())),
            None if self.customers is None else [customer.pk for customer in self.customers],
        )
