"""The export of customers. Its columns are `COLUMNS` of `customers/search/export_columns.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from crm.exports.export import Export, Query
from customers.models import Customer
from customers.permissions import VIEW_CUSTOMERS
from customers.search.export_columns import COLUMNS, ExportedCustomer, export_part, export_rows, short_list
from customers.search.forms import read_list_filter
from customers.search.sorting import NEWEST_FIRST


def _at_once(query: Query, *, most: int, with_orders: bool) -> Iterator[ExportedCustomer] | None:
    pks = short_list(read_list_filter(query).criteria, most=most)
    return None if pks is None else export_rows(pks)


def _part(query: Query, after: Any, *, with_orders: bool) -> tuple[Sequence[ExportedCustomer], str | None]:
    place = NEWEST_FIRST.parse(after) if after else None
    rows, end = export_part(read_list_filter(query).criteria, place)
    return rows, NEWEST_FIRST.cursor(end) if end else None


def _count(query: Query) -> int | None:
    return None if read_list_filter(query).criteria else Customer.objects.live().count()


CUSTOMERS = Export(
    name="customers",
    kind="customer_export",
    label="Customers",
    list_needs=(VIEW_CUSTOMERS,),
    columns=COLUMNS,
    describe=lambda query: read_list_filter(query).described,
    at_once=_at_once,
    part=_part,
    count=_count,
    list_url="customers:list",
)
