"""The export of orders. Its columns are `COLUMNS` of `orders/export_columns.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from crm.exports.export import Export, Query, invalid_filters
from customers.lib.pages import Cursor
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.export_columns import COLUMNS, export_part, export_rows, short_list
from orders.models import Order
from orders.pages.forms.order_filter import OrderFilterForm


def _form(query: Query) -> OrderFilterForm:
    """The file could not show that a filter is ignored, so that is refused."""
    form = OrderFilterForm(query)
    if form.ignored:
        raise invalid_filters(form.ignored)
    return form


def _describe(query: Query) -> str:
    return _form(query).described


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[Order] | None:
    pks = short_list(_form(query).order_filter, most=most)
    return None if pks is None else export_rows(pks)


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[Order], str | None]:
    rows, end = export_part(_form(query).order_filter, Cursor.parse(after) if after else None)
    return rows, str(end) if end else None


def _count(query: Query) -> int | None:
    return None if _form(query).described else Order.objects.count()


ORDERS = Export(
    name="orders",
    kind="order_export",
    label="Orders",
    list_needs=(VIEW_CUSTOMERS, VIEW_ORDERS),
    columns=COLUMNS,
    describe=_describe,
    at_once=_at_once,
    part=_part,
    count=_count,
    list_url="orders:order_list",
)
