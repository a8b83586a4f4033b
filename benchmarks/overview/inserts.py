"""Orders of customers who are merged and unmerged at that moment, in another connection; on PostgreSQL only.

On SQLite one writer waits for the other, so it would only be measured how long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from threading import Event

from django.db import connection

from benchmarks.overview.measured import RUN, Measured, Series
from customers.lib.errors import ActionError
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import Customer, Via
from orders.models import Order
from tests.factories import IDENTITY, order

numbers = count(1)
PEOPLE = 10
"""Customers that are merged into one, and of whom orders come."""


def inserts(repeat: int) -> Iterator[Measured]:
    """Measured is the wait for an order; the ratio is the slowest one by the 99th percentile with no merges."""
    if connection.vendor != "postgresql":
        return
    people = [_identity() for _ in range(PEOPLE)]
    customers = [order(**who).assigned.record.customer_id for who in people]
    idle, _ = _take(people, repeat)
    yield _row("an order of a customer", idle, idle.p99)
    ended = Event()
    with ThreadPoolExecutor(1) as threads:
        merging = threads.submit(_merge_and_undo, customers, ended)
        try:
            busy, taken = _take(people, repeat)
        finally:
            ended.set()
        merges = merging.result()
    _refuse_left_behind(taken)
    yield _row(f"… while {PEOPLE} customers are merged and unmerged, {merges:,} times", busy, idle.p99)


def _identity() -> dict[str, str]:
    """Of somebody with names that no other one has, so that each order finds its own customer."""
    name = f"helena{RUN}{next(numbers)}"
    return IDENTITY | {"last_name": f"Holý {name}", "email": f"{name}@inserts.example.com", "phone": ""}


def _take(people: Sequence[dict[str, str]], repeat: int) -> tuple[Series, list[int]]:
    series, taken = Series(), []
    for _ in range(repeat):
        for who in people:
            series.once(lambda who=who: lambda: taken.append(order(**who).order.pk))
    return series, taken


def _merge_and_undo(customers: Sequence[int], ended: Event) -> int:
    """How many merges there were. What was planned before an order came is planned again."""
    merges = 0
    try:
        while not ended.is_set():
            found = Customer.objects.in_bulk(customers)
            try:
                plan = plan_merge(found[customers[0]], [found[pk] for pk in customers[1:]])
                merge = merge_customers(plan, by=None, via=Via.PAGE)
                undo_merge(merge, by=None)
            except ActionError:
                continue
            merges += 1
    finally:
        connection.close()
    return merges


def _refuse_left_behind(orders: Sequence[int]) -> None:
    """Each order is of a customer that can be opened."""
    behind = Order.objects.filter(pk__in=orders, source_record__customer__merged_into__isnull=False)
    if behind or Order.objects.filter(pk__in=orders).count() != len(orders):
        raise RuntimeError(f"Orders were left behind: {list(behind)}")


def _row(what: str, series: Series, idle: float) -> Measured:
    times = len(series.wall)
    return Measured(
        what=what,
        database=connection.vendor,
        statements=0,
        written=0,
        wal=None,
        python=series.python / times * 1000,
        backend=series.backend / times * 1000,
        p50=median(series.wall) * 1000,
        p99=series.p99 * 1000,
        limit=f"the slowest by {math.ceil(idle * 1000)} ms, the idle p99",
        ratio=max(series.wall) / idle,
    )
