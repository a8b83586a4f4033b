from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from crm.exports.export import Export, Query, invalid_filters
from customers.lib.dates import end_of_day, start_of_day
from customers.models import DataSource
from customers.records.newest import Cursor
from customers.web.fields import DAY, DateInput, choice_field, chosen_label
from customers.web.permissions import VIEW_ORDERS
from orders.export import COLUMNS, OrderFilter, export_part, export_rows, short_list
from orders.models import Order, OrderStatus


class OrderFilterForm(forms.Form):
    since = forms.DateField(required=False, label="From", widget=DateInput(format=DAY), input_formats=[DAY])
    until = forms.DateField(required=False, label="To", widget=DateInput(format=DAY), input_formats=[DAY])
    source = forms.ChoiceField(required=False, label="Data source")
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *OrderStatus.choices])
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        sources = DataSource.objects.order_by("name").values_list("pk", "name")
        choice_field(self, "source").choices = [("", "All data sources"), *((str(pk), name) for pk, name in sources)]
        self.is_valid()

    def refuse_invalid(self) -> None:
        if self.errors:
            raise invalid_filters(str(self[name].label) for name in self.errors)

    @property
    def order_filter(self) -> OrderFilter:
        self.refuse_invalid()
        chosen = self.cleaned_data
        return OrderFilter(
            source=int(chosen["source"]) if chosen["source"] else None,
            status=chosen["status"],
            since=start_of_day(chosen["since"]) if chosen["since"] else None,
            until=end_of_day(chosen["until"]) if chosen["until"] else None,
        )

    @property
    def described(self) -> str:
        """Such as “From: 2026-01-12, Status: Complete”; "" without any."""
        chosen = {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)}
        return ", ".join(f"{self[name].label}: {chosen_label(self, name, value)}" for name, value in chosen.items())


def _describe(query: Query) -> str:
    form = OrderFilterForm(query)
    form.refuse_invalid()
    return form.described


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[Order] | None:
    pks = short_list(OrderFilterForm(query).order_filter, most=most)
    return None if pks is None else export_rows(pks)


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[Order], str | None]:
    rows, end = export_part(OrderFilterForm(query).order_filter, Cursor.parse(after) if after else None)
    return rows, str(end) if end else None


def _count(query: Query) -> int | None:
    return None if OrderFilterForm(query).described else Order.objects.count()


ORDERS = Export(
    name="orders",
    kind="order_export",
    label="Orders",
    needs=("customers.view_customer", VIEW_ORDERS),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    count=_count,
)
