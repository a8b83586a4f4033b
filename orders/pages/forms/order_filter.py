"""The filter of the list of orders. Values that are not valid are ignored and listed; the other values still filter."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms

from customers.lib.dates import end_of_day, start_of_day
from customers.models import DataSource
from customers.web.fields import DAY, DateInput, choice_field, chosen_label
from orders.models import OrderKind, OrderStatus
from orders.pages.forms.fields import AmountField
from orders.search.filters import OrderFilter, OrderState
from orders.search.find import NO_ORDERS, FoundOrders, find_orders

PLACEHOLDER = "Order, customer, product"


class OrderFilterForm(forms.Form):
    q = forms.CharField(
        required=False,
        max_length=200,
        label="Search",
        widget=forms.TextInput({"type": "search", "placeholder": PLACEHOLDER}),
    )
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *OrderState.choices, *OrderStatus.choices])
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *OrderKind.choices])
    source = forms.ChoiceField(required=False, label="Data source")
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    low = AmountField(required=False, label="Amount from")
    high = AmountField(required=False, label="Amount to")
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        sources = DataSource.objects.order_by("name").values_list("pk", "name")
        choice_field(self, "source").choices = [("", "Any data source"), *((str(pk), name) for pk, name in sources)]
        self.is_valid()

    @property
    def ignored(self) -> list[str]:
        return [str(self[name].label) for name in self.errors]

    @cached_property
    def applied(self) -> dict[str, str]:
        return {name: self.data[name] for name in self.fields if self.cleaned_data.get(name) not in (None, "")}

    @property
    def query(self) -> str:
        return urlencode(self.applied)

    @property
    def described(self) -> str:
        """The filters in words, such as “Status: Complete, From: 2026-01-12”; "" without any."""
        return ", ".join(
            f"{self[name].label}: {chosen_label(self, name, value)}" for name, value in self.applied.items()
        )

    @cached_property
    def found(self) -> FoundOrders | None:
        return find_orders(self.cleaned_data.get("q", ""))

    @property
    def is_nothing_found(self) -> bool:
        """Something is searched for that names no order."""
        return bool(self.cleaned_data.get("q")) and self.found is None

    @property
    def is_about_declines(self) -> bool:
        return self.cleaned_data.get("status") in (OrderStatus.DECLINED, OrderState.DECLINED_SOFTLY)

    @property
    def order_filter(self) -> OrderFilter:
        values = {name: value for name, value in self.cleaned_data.items() if name != "q"}
        since, until, source = (values.pop(name, None) for name in ("since", "until", "source"))
        return OrderFilter(
            found=NO_ORDERS if self.is_nothing_found else self.found,
            source=int(source) if source else None,
            since=start_of_day(since) if since else None,
            until=end_of_day(until) if until else None,
            **values,
        )
