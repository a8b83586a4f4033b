"""The totals of source records: sums of their orders and purchases, in whole minor units.

Orders count when they are COMPLETE or REFUNDED. An act adds its deltas in one statement, and in one more by month when
they are about orders or recurring revenue. It does so last, because every order of the record waits for the row that
this locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from customers.lib.batches import batches
from customers.lib.money import to_minor_units
from customers.models import MonthTotals, RecordTotals
from orders.models import MrrStep, Order, Purchase
from orders.totals import by_month
from orders.totals.deltas import SUMS, Delta, combine_deltas, delta_of_purchases, deltas_between
from orders.totals.upsert import upsert_sums

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


def add_to_totals(deltas: Iterable[Delta]) -> None:
    deltas = list(deltas)
    # Sorted, so that two acts on the same records cannot deadlock.
    if rows := sorted(combine_deltas(deltas, "record", "currency"), key=by_key):
        values = [(*by_key(row), *figures_of(row)) for row in rows]
        upsert_sums(RecordTotals, [*KEY, *FIGURES], values, key=KEY, sums=SUMS, also=FIRST_AND_LAST)
        by_month.add(deltas)


def replace_totals(before: Iterable[Delta], after: Iterable[Delta], *, also: Iterable[Delta] = ()) -> None:
    before = list(before)
    add_to_totals([*deltas_between(before, after), *also])
    # A first or last time cannot be subtracted, so it is looked up. The totals are locked by now: an order that is not
    # seen here waits, and then adds its own time.
    for record, currency in sorted({by_key(delta) for delta in before if delta.orders}):
        orders = Order.objects.counted().filter(source_record=record, currency=currency)
        first, last = (
            orders.order_by(*by).values_list("at", flat=True).first() for by in (("at", "pk"), ("-at", "-pk"))
        )
        totals = RecordTotals.objects.filter(source_record=record, currency=currency)
        totals.update(first_order_at=first, last_order_at=last)


@transaction.atomic(savepoint=False)
def rebuild_totals(records: Sequence[int]) -> list[str]:
    """Derive the totals of `records` from their orders and purchases; return the names of what differed."""
    locked = lock_totals(records)
    derived = {by_key(delta): delta for delta in combine_deltas(_derive(records), "record", "currency")}
    differing = []
    for total in RecordTotals.objects.filter(source_record__in=records):
        key = (total.source_record_id, total.currency)
        figures = figures_of(derived.get(key, Delta(*key)))
        # A row that is not locked was added since, by an act that will make it right.
        if key in locked and figures_of(total) != figures:
            differing.append(f"{key[1]} totals of record {key[0]}")
            RecordTotals.objects.filter(pk=total.pk).update(**dict(zip(FIGURES, figures, strict=True)))
    return sorted(differing) + by_month.rebuild(records, locked)


def lock_totals(records: Sequence[int]) -> set[by_month.RecordCurrency]:
    keys: set[by_month.RecordCurrency] = set()
    for model in (Order, Purchase, MrrStep, RecordTotals, MonthTotals):
        rows = model._default_manager.filter(source_record__in=records).order_by()
        keys.update(rows.values_list(*KEY).distinct())
    # Adding zero locks the row, creating it if missing.
    zeros = [0] * len(SUMS)
    for batch in batches(sorted(keys)):
        upsert_sums(RecordTotals, [*KEY, *SUMS], [(*key, *zeros) for key in batch], key=KEY, sums=SUMS)
    return keys


def _derive(records: Sequence[int]) -> Iterator[Delta]:
    counted = Order.objects.counted().filter(source_record__in=records).values("source_record", "currency")
    for row in counted.annotate(n=Count("pk"), t=Sum("total"), r=Sum("refunded"), a=Min("at"), z=Max("at")):
        currency = row["currency"]
        yield Delta(
            row["source_record"],
            currency,
            orders=row["n"],
            amount=to_minor_units(row["t"], currency),
            refunded=to_minor_units(row["r"], currency),
            first_order_at=row["a"],
            last_order_at=row["z"],
        )
    purchases = Purchase.objects.filter(source_record__in=records).values("source_record", "currency", "status")
    for record, currency, status, count, mrr in purchases.annotate(n=Count("pk"), m=Sum("mrr")).values_list(
        "source_record", "currency", "status", "n", "m"
    ):
        yield delta_of_purchases(record, currency, status, count, mrr=mrr)
