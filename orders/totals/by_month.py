"""The roll-ups of source records by month, for the plot of spend: the same changes as the totals, kept by month.

A month is that in which the order was placed, in UTC; what is refunded later counts there too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from operator import attrgetter

from django.db.models import Count, DateField, Sum
from django.db.models.functions import TruncMonth

from customers.lib.money import to_minor_units
from customers.models import MonthTotals
from orders.models import Order
from orders.totals.deltas import Delta, combine_deltas
from orders.totals.upsert import upsert_sums

SUMS = ("orders", "amount", "refunded")
KEY = ("source_record_id", "currency", "month")
BY = ("record", "currency", "month")

RecordCurrency = tuple[int, str]

by_key = attrgetter(*BY)
sums_of = attrgetter(*SUMS)


def add(changes: Iterable[Delta]) -> None:
    """Add what `changes` say of orders. The totals of their records come before: whoever waits, waits there."""
    about_orders = [change for change in changes if any(sums_of(change))]
    if any(change.month is None for change in about_orders):
        raise ValueError("Give the month in which the order was placed.")
    if rows := sorted(combine_deltas(about_orders, *BY), key=by_key):
        values = [(*by_key(row), *sums_of(row)) for row in rows]
        upsert_sums(MonthTotals, [*KEY, *SUMS], values, key=KEY, sums=SUMS)


def rebuild(records: Sequence[int], known: Collection[RecordCurrency]) -> list[str]:
    """Make the months of `records` what their orders say; name what differed. The totals of `known` are locked."""
    wanted = {by_key(change): change for change in _derived(records)}
    stored = {tuple(getattr(m, k) for k in KEY): m for m in MonthTotals.objects.filter(source_record__in=records)}
    differed = []
    for key in wanted.keys() | stored.keys():
        record, currency, month = key
        row, change = stored.get(key), wanted.get(key, Delta(*key))
        if (record, currency) in known and (sums_of(row) if row else (0, 0, 0)) != sums_of(change):
            differed.append(f"{currency} of {month:%Y-%m} of record {record}")
            MonthTotals.objects.update_or_create(
                **dict(zip(KEY, key, strict=True)), defaults=dict(zip(SUMS, sums_of(change), strict=True))
            )
    return sorted(differed)


def _derived(records: Sequence[int]) -> Iterator[Delta]:
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
