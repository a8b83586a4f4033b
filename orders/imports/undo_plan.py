"""What an undo of an import will delete and keep, as it is now: counted and named without changing anything.

Each stretch of rows is looked at as the undo will. Of a long file a page looks at the first rows only, and a job at
all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from customers.models import Customer, SourceRecord
from orders.imports.row_stretches import BEGINNING, LENGTH, rows_with_effect, stretch_behind
from orders.imports.untouched import Untouched
from orders.models import Import, Order

MOST_NAMED = 100
MOST_LOOKED_AT = 4_000
"""How many rows a page looks at; those behind are counted."""


@dataclass(frozen=True)
class PlannedStretch:
    """`customers` go whole, `records` are split off from customers who stay, `orders` are all that go.

    `kept` keep what the import brought, because they were touched. `last` is the last row that was looked at.
    """

    customers: int
    records: int
    orders: int
    kept: Sequence[int]
    last: int
    is_last: bool


@dataclass(frozen=True)
class ImportUndoPlan:
    """As `PlannedStretch`, of all rows, with the first of those who are kept.

    Of the last `unchecked` rows of a long file it is not known yet who was touched: they are counted as if nobody was.
    """

    customers: int
    records: int
    orders: int
    kept: int
    named: Sequence[Customer]
    unchecked: int = 0


def plan_stretch(imported: Import, after: int) -> PlannedStretch:
    stretch = stretch_behind(imported, after)
    added = Untouched(imported, stretch.owners).added()
    split_off = SourceRecord.objects.filter(pk__in=added.records).exclude(customer__in=added.customers)
    orders = len(added.orders) + Order.objects.filter(source_record__in=added.records).count()
    return PlannedStretch(
        len(added.customers), split_off.count(), orders, added.kept, stretch.last, is_last=stretch.is_last
    )


def plan_undo(imported: Import) -> ImportUndoPlan:
    """Of the first rows; those behind are counted."""
    looked_at: list[PlannedStretch] = []
    last, is_last = BEGINNING.last, BEGINNING.is_last
    while not is_last and LENGTH * len(looked_at) < MOST_LOOKED_AT:
        looked_at.append(plan_stretch(imported, last))
        last, is_last = looked_at[-1].last, looked_at[-1].is_last
    kept = [pk for stretch in looked_at for pk in stretch.kept]
    behind = _counts_behind(imported, last)
    return ImportUndoPlan(
        sum(stretch.customers for stretch in looked_at) + behind["customers"],
        sum(stretch.records for stretch in looked_at) + behind["records"],
        sum(stretch.orders for stretch in looked_at) + behind["orders"],
        len(kept),
        list(Customer.objects.filter(pk__in=kept[:MOST_NAMED]).order_by("pk")),
        unchecked=behind["rows"],
    )


def _counts_behind(imported: Import, last: int) -> dict[str, int]:
    return (
        rows_with_effect(imported)
        .filter(number__gt=last)
        .aggregate(
            rows=Count("pk"),
            customers=Count("pk", filter=Q(is_new_customer=True)),
            records=Count("pk", filter=Q(is_new_record=True, is_new_customer=False)),
            orders=Count("order"),
        )
    )
