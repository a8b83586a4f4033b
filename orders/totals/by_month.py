"""The totals of source records by month, for the chart of spend and for what recurring revenue once came to.

An order and its later refunds count in the month, in UTC, in which it was placed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from operator import attrgetter

from django.db.models import Count, DateField, Sum
from django.db.models.functions import TruncMonth

from customers.lib.money import to_minor_units
from customers.models import MonthTotals
from orders.models import MrrStep, Order
from orders.totals.deltas import Delta, combine_deltas
from orders.totals.upsert import upsert_sums

SUMS = ("orders", "amount", "refunded", "mrr_moved")
NOTHING = (0,) * len(SUMS)
KEY = ("source_record_id", "currency", "month")
BY = ("record", "currency", "month")

RecordCurrency = tuple[int, str]

by_key = attrgetter(*BY)
sums_of = attrgetter(*SUMS)


def add(deltas: Iterable[Delta]) -> None:
    """Add deltas of orders and of recurring revenue; the totals of their records are locked."""
    in_a_month = [delta for delta in deltas if any(sums_of(delta))]
    if any(delta.month is None for delta in in_a_month):
        raise ValueError("Give the month in which the order was placed.")
    if rows := sorted(combine_deltas(in_a_month, *BY), key=by_key):
        values = [(*by_key(row), *sums_of(row)) for row in rows]
        upsert_sums(MonthTotals, [*KEY, *SUMS], values, key=KEY, sums=SUMS)


def rebuild(records: Sequence[int], locked: Collection[RecordCurrency]) -> list[str]:
    """Derive the months of `records` from their orders and steps; return the names of what differed.

    `locked` are the records and currencies whose totals are locked; others are left as they are.
    """
    derived = {by_key(delta): delta for delta in combine_deltas(_derive(records), *BY)}
    stored = {tuple(getattr(m, k) for k in KEY): m for m in MonthTotals.objects.filter(source_record__in=records)}
    differing = []
    for key in derived.keys() | stored.keys():
        record, currency, month = key
        row, delta = stored.get(key), derived.get(key, Delta(*key))
        if (record, currency) in locked and (sums_of(row) if row else NOTHING) != sums_of(delta):
            differing.append(f"{currency} of {month:%Y-%m} of record {record}")
            MonthTotals.objects.update_or_create(
                **dict(zip(KEY, key, strict=True)), defaults=dict(zip(SUMS, sums_of(delta), strict=True))
            )
    return sorted(differing)


def _derive(records: Sequence[int]) -> Iterator[Delta]:
    counted = Order.objects.counted().filter(source_record__in=records)
    months = counted.annotate(month=TruncMonth("at", output_field=DateField(), tzinfo=UTC)).order_by()
    rows = months.values_list("source_record", "currency", "month")
    for record, currency, month, orders, amount, refunded in rows.annotate(Count("pk"), Sum("total"), Sum("refunded")):
        yield Delta(
            record,
            currency,
            month,
            orders=orders,
            amount=to_minor_units(amount, currency),
            refunded=to_minor_units(refunded, currency),
        )
    steps = MrrStep.objects.filter(source_record__in=records)
    moved = steps.annotate(month=TruncMonth("at", output_field=DateField(), tzinfo=UTC)).order_by()
    for record, currency, month, amount in moved.values_list("source_record", "currency", "month").annotate(
        Sum("amount")
    ):
        yield Delta(record, currency, month, mrr_moved=amount)
