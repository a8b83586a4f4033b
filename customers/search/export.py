"""Customers as rows of a sheet, read a part at a time however many they are.

They come newest first, whatever the order of the list: in any other, whoever is edited meanwhile may be
passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from customers.lib.address import PARTS
from customers.lib.batches import batches
from customers.lib.countries import country_name
from customers.lib.money import from_minor_units
from customers.models import Customer
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.order import NEWEST_FIRST
from customers.search.scan import scan
from customers.totals.sums import OrderTotals, order_totals

HEADER = (
    *("Number", "Id", "First name", "Last name", "Company", "Email", "Phone"),
    *(f"Billing {label[:1].lower()}{label[1:]}" for label in PARTS.values()),
    *("Status", "Sources", "Created (UTC)", "Last changed (UTC)"),
)
OF_ORDERS = ("Orders", "Spent", "Last order (UTC)")


def export_header(*, with_orders: bool) -> Sequence[str]:
    return (*HEADER, *OF_ORDERS) if with_orders else HEADER


def export_rows(criteria: Sequence[Criterion], *, with_orders: bool) -> Iterator[Sequence[object]]:
    """A row under the header for each customer who passes."""
    passing = (pk for stretch in scan(criteria, NEWEST_FIRST) for *_, pk in stretch.passing)
    for pks in batches(passing):
        yield from _rows(pks, with_orders=with_orders)


def _rows(pks: Sequence[int], *, with_orders: bool) -> Iterator[Sequence[object]]:
    customers = Customer.objects.in_bulk(pks)
    totals = order_totals(pks, by="source_record__customer") if with_orders else {}
    sources = counts.sources(pks)
    for pk in pks:
        bought = _of_orders(totals[pk]) if with_orders else ()
        yield (*_row(customers[pk], sources.get(pk, [])), *bought)


def _row(customer: Customer, sources: Sequence[str]) -> Sequence[object]:
    address = {**customer.billing_address, "country": country_name(customer.billing_address.get("country", ""))}
    return (
        *(customer.pk, customer.uuid, customer.first_name, customer.last_name, customer.company),
        *(customer.email, customer.phone),
        *(address.get(part, "") for part in PARTS),
        *(customer.status, ", ".join(sources)),
        *(_time(at) for at in (customer.created, customer.updated)),
    )


def _of_orders(totals: OrderTotals) -> Sequence[object]:
    spent = ", ".join(f"{from_minor_units(amount, currency)} {currency}" for currency, amount in totals.spent.items())
    return totals.orders, spent, _time(totals.last_order_at)


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
