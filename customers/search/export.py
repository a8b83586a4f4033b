"""The CSV export of the customer list, read in batches.

The order is always newest first. In an order by edits or names, a customer edited meanwhile could be missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from customers.lib.batches import batches
from customers.lib.countries import country_name
from customers.lib.money import from_minor_units
from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, REFERENCES, FieldKind, ProfileField
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.order import NEWEST_FIRST
from customers.search.scan import scan
from customers.totals.sums import OrderTotals, order_totals

# A login, a password or a payment method is never exported.
PROFILE = tuple(field for field in FIELDS if field.kind not in REFERENCES)
HEADER = (
    *("Number", "Id"),
    *(label for field in PROFILE for label in (field.parts.values() or [field.label])),
    *("Status", "Sources", "Created (UTC)", "Last changed (UTC)"),
)
OF_ORDERS = ("Orders", "Spent", "Last order (UTC)")


def export_header(*, with_orders: bool) -> Sequence[str]:
    return (*HEADER, *OF_ORDERS) if with_orders else HEADER


def export_rows(criteria: Sequence[Criterion], *, with_orders: bool) -> Iterator[Sequence[object]]:
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
    return (
        *(customer.pk, customer.uuid),
        *(text for field in PROFILE for text in _texts(field, getattr(customer, field.key))),
        *(customer.status, ", ".join(sources)),
        *(_time(at) for at in (customer.created, customer.updated)),
    )


def _texts(field: ProfileField, value: Any) -> list[str]:
    if field.kind is not FieldKind.ADDRESS:
        return [as_text(field, value)]
    address = {**value, "country": country_name(value.get("country", ""))}
    return [address.get(part, "") for part in field.parts]


def _of_orders(totals: OrderTotals) -> Sequence[object]:
    spent = ", ".join(f"{from_minor_units(amount, currency)} {currency}" for currency, amount in totals.spent.items())
    return totals.orders, spent, _time(totals.last_order_at)


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
