"""The roll-ups of source records: what their orders and purchases add up to, in whole minor units.

Orders that count are those COMPLETE or REFUNDED. An act adds its difference in one statement, and one more by month
when it is about orders: its last, because the row it locks is the one that every order of the record wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from django.db.models import Count, Max, Min, Sum

from customers.models import RecordTotals
from customers.money import minor
from orders import months
from orders.adding import add_up
from orders.changes import SUMS, Change, combined, of_new_status, of_order, of_purchase, of_purchases, of_refund
from orders.models import COUNTED, Order, Purchase

__all__ = ["Change", "add", "of_new_status", "of_order", "of_purchase", "of_refund", "rebuild"]

KEY = ("source_record_id", "currency")
FIGURES = (*SUMS, "first_order_at", "last_order_at")
FIRST_AND_LAST = """,
    first_order_at = CASE WHEN {table}.first_order_at < excluded.first_order_at OR excluded.first_order_at IS NULL
        THEN {table}.first_order_at ELSE excluded.first_order_at END,
    last_order_at = CASE WHEN {table}.last_order_at > excluded.last_order_at OR excluded.last_order_at IS NULL
        THEN {table}.last_order_at ELSE excluded.last_order_at END
"""

by_key = attrgetter("record", "currency")
figures_of = attrgetter(*FIGURES)


def add(changes: Iterable[Change]) -> None:
    """Add `changes` to the totals, records in order, so that two acts on the same records cannot deadlock."""
    changes = list(changes)
    if rows := sorted(combined(changes, "record", "currency"), key=by_key):
        values = [(*by_key(row), *figures_of(row)) for row in rows]
        add_up(RecordTotals, [*KEY, *FIGURES], values, key=KEY, sums=SUMS, also=FIRST_AND_LAST)
        months.add(changes)


def rebuild(records: Sequence[int]) -> list[str]:
    """Make the totals of `records` what their orders and purchases say; name what differed."""
    wanted = {by_key(change): change for change in combined(_derived(records), "record", "currency")}
    stored = {(t.source_record_id, t.currency): t for t in RecordTotals.objects.filter(source_record__in=records)}
    differed = []
    for key in wanted.keys() | stored.keys():
        old, new = figures_of(stored.get(key, Change(*key))), figures_of(wanted.get(key, Change(*key)))
        if old != new:
            differed.append(f"{key[1]} totals of record {key[0]}")
            RecordTotals.objects.update_or_create(
                source_record_id=key[0], currency=key[1], defaults=dict(zip(FIGURES, new, strict=True))
            )
    return sorted(differed) + months.rebuild(records)


def _derived(records: Sequence[int]) -> Iterator[Change]:
    counted = Order.objects.filter(source_record__in=records, status__in=COUNTED).values("source_record", "currency")
    for row in counted.annotate(n=Count("pk"), t=Sum("total"), r=Sum("refunded"), a=Min("at"), z=Max("at")):
        currency = row["currency"]
        yield Change(
            row["source_record"],
            currency,
            orders=row["n"],
            amount=minor(row["t"], currency),
            refunded=minor(row["r"], currency),
            first_order_at=row["a"],
            last_order_at=row["z"],
        )
    purchases = Purchase.objects.filter(source_record__in=records).values("source_record", "currency", "status")
    for record, currency, status, count in purchases.annotate(n=Count("pk")).values_list(
        "source_record", "currency", "status", "n"
    ):
        yield of_purchases(record, currency, status, count)
