"""The roll-ups of source records: what their orders and purchases add up to, in whole minor units.

Orders that count are those COMPLETE or REFUNDED. An act adds its difference in one statement, and one more by month
when it is about orders: its last, because the row it locks is the one that every order of the record wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from customers.lib.batches import batches
from customers.lib.money import to_minor_units
from customers.models import MonthTotals, RecordTotals
from orders.models import Order, Purchase
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


def add_to_totals(changes: Iterable[Delta]) -> None:
    """Add `changes` to the totals, records in order, so that two acts on the same records cannot deadlock."""
    changes = list(changes)
    if rows := sorted(combine_deltas(changes, "record", "currency"), key=by_key):
        values = [(*by_key(row), *figures_of(row)) for row in rows]
        upsert_sums(RecordTotals, [*KEY, *FIGURES], values, key=KEY, sums=SUMS, also=FIRST_AND_LAST)
        by_month.add(changes)


def replace_totals(before: Iterable[Delta], after: Iterable[Delta], *, also: Iterable[Delta] = ()) -> None:
    """Let orders that added `before` add `after`, and add what is added `also`.

    The first and last times are looked up, since none can be subtracted.
    """
    before = list(before)
    add_to_totals([*deltas_between(before, after), *also])
    # By now the totals are locked: an order that is not seen here adds its own time when this is over.
    for record, currency in sorted({by_key(change) for change in before if change.orders}):
        orders = Order.objects.counted().filter(source_record=record, currency=currency)
        ends = [orders.order_by(*by).values_list("at", flat=True).first() for by in (("at", "pk"), ("-at", "-pk"))]
        of_key = RecordTotals.objects.filter(source_record=record, currency=currency)
        of_key.update(first_order_at=ends[0], last_order_at=ends[1])


@transaction.atomic(savepoint=False)
def rebuild_totals(records: Sequence[int]) -> list[str]:
    """Make the totals of `records` what their orders and purchases say; name what differed."""
    known = _locked(records)
    # Of a key that is not among them an act is adding the first row at this moment: that will be right by itself.
    wanted = {by_key(change): change for change in combine_deltas(_derived(records), "record", "currency")}
    differed = []
    for total in RecordTotals.objects.filter(source_record__in=records):
        key = (total.source_record_id, total.currency)
        new = figures_of(wanted.get(key, Delta(*key)))
        if key in known and figures_of(total) != new:
            differed.append(f"{key[1]} totals of record {key[0]}")
            RecordTotals.objects.filter(pk=total.pk).update(**dict(zip(FIGURES, new, strict=True)))
    return sorted(differed) + by_month.rebuild(records, known)


def _locked(records: Sequence[int]) -> set[by_month.RecordCurrency]:
    """(record, currency) of all that the records have. Their totals are locked: to add nothing does that, and makes one
    where there is none."""
    known: set[by_month.RecordCurrency] = set()
    for model in (Order, Purchase, RecordTotals, MonthTotals):
        rows = model._default_manager.filter(source_record__in=records).order_by()
        known.update(rows.values_list(*KEY).distinct())
    nothing = [0] * len(SUMS)
    for some in batches(sorted(known)):
        upsert_sums(RecordTotals, [*KEY, *SUMS], [(*key, *nothing) for key in some], key=KEY, sums=SUMS)
    return known


def _derived(records: Sequence[int]) -> Iterator[Delta]:
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
    for record, currency, status, count in purchases.annotate(n=Count("pk")).values_list(
        "source_record", "currency", "status", "n"
    ):
        yield delta_of_purchases(record, currency, status, count)
