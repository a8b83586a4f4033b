"""The CSV export of the customer list, read in batches.

The order is always newest first. In an order by edits or names, a customer edited meanwhile could be missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from customers.lib.batches import batches
from customers.lib.countries import country_name
from customers.lib.money import from_minor_units
from customers.matching.refusers import refusals_nearby
from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, REFERENCES, FieldKind, ProfileField
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.order import NEWEST_FIRST, SortPlace
from customers.search.scan import scan
from customers.totals.sums import OrderTotals, order_totals

MOST_AT_ONCE = 10_000
"""A longer file is written by a job: a browser that loses the connection would have to begin again."""
PART = 1_000
MOST_STRETCHES = 10

# A login, a password or a payment method is never exported.
PROFILE = tuple(field for field in FIELDS if field.kind not in REFERENCES)

Cell = tuple[str, object]
"""The label of a column, and its value in one row."""


@dataclass(frozen=True)
class ExportedCustomer:
    """`totals` are None for a user who may not view orders; `refusals` are of others with the same email or phone."""

    customer: Customer
    sources: Sequence[str]
    refusals: str
    totals: OrderTotals | None


def columns(row: ExportedCustomer) -> Iterator[Cell]:
    customer = row.customer
    yield from (("Number", customer.pk), ("Id", customer.uuid))
    for field in PROFILE:
        yield from _profile_cells(field, getattr(customer, field.key))
    yield ("Refusals with the same email or phone", row.refusals)
    yield from (("Status", customer.status), ("Sources", ", ".join(row.sources)))
    yield from (("Created (UTC)", _time(customer.created)), ("Last changed (UTC)", _time(customer.updated)))
    if (totals := row.totals) is not None:
        yield from (("Orders", totals.orders), ("Spent", _amounts(totals.spent)))
        yield ("Last order (UTC)", _time(totals.last_order_at))


def export_header(*, with_orders: bool) -> Sequence[str]:
    now = timezone.now()
    nobody = ExportedCustomer(Customer(created=now, updated=now), (), "", OrderTotals() if with_orders else None)
    return [label for label, _ in columns(nobody)]


def short_list(criteria: Sequence[Criterion]) -> list[int] | None:
    """The customers who pass, for `export_rows`; None if more than `MOST_AT_ONCE` do: a job better writes that file."""
    passing = (pk for stretch in scan(criteria, NEWEST_FIRST) for *_, pk in stretch.passing)
    pks = list(islice(passing, MOST_AT_ONCE + 1))
    return pks if len(pks) <= MOST_AT_ONCE else None


def export_part(
    criteria: Sequence[Criterion], after: SortPlace | None, *, with_orders: bool
) -> tuple[list[Sequence[object]], SortPlace | None]:
    """The rows of some of the customers that follow, and where the next part begins; None after the last."""
    pks: list[int] = []
    end: SortPlace | None = None
    for number, stretch in enumerate(scan(criteria, NEWEST_FIRST, after=after), 1):
        pks += (pk for *_, pk in stretch.passing)
        end = stretch.end
        if len(pks) >= PART or number == MOST_STRETCHES:
            break
    return [row for batch in batches(pks) for row in _rows(batch, with_orders=with_orders)], end


def export_rows(pks: Iterable[int], *, with_orders: bool) -> Iterator[Sequence[object]]:
    for batch in batches(pks):
        yield from _rows(batch, with_orders=with_orders)


def _rows(pks: Sequence[int], *, with_orders: bool) -> Iterator[Sequence[object]]:
    customers = Customer.objects.live().in_bulk(pks)  # nobody who was erased or merged since the list was read
    totals = order_totals(pks, by="source_record__customer") if with_orders else {}
    sources, refusals = counts.sources(pks), refusals_nearby(customers.values())
    for pk in (pk for pk in pks if pk in customers):
        totals_of_row = totals[pk] if with_orders else None
        exported = ExportedCustomer(customers[pk], sources.get(pk, []), refusals[pk], totals_of_row)
        yield [value for _, value in columns(exported)]


def _profile_cells(field: ProfileField, value: Any) -> Iterator[Cell]:
    if field.kind is FieldKind.ADDRESS:
        address = {**value, "country": country_name(value.get("country", ""))}
        yield from ((label, address.get(part, "")) for part, label in field.parts.items())
    else:
        yield field.label, as_text(field, value)


def _amounts(spent: Mapping[str, int]) -> str:
    return ", ".join(f"{from_minor_units(amount, currency)} {currency}" for currency, amount in spent.items())


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
