"""Merges and undos: of two against the fewest statements, of many against one, of a customer with many orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from django.db import transaction

from benchmarks.bare_merge import BareMerge
from benchmarks.merge import pair_of
from benchmarks.overview.measured import RUN, Measured, Prepare, measure
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import CreditEntry, Customer, DataSource, Via
from customers.records.registry import linked_models
from customers.records.staff_record import staff_record_of
from customers.totals import billing_status
from orders.totals.add import rebuild_totals
from tests.factories import customer_with_order
from tests.factories.linked_rows import many_of_each

numbers = count(1)
MANY = (5, 50)


def merges(repeat: int, *, rows: int) -> Iterator[Measured]:
    one = _merging(1)
    yield measure("merge", one, repeat=repeat, limit=("the fewest statements", _bare))
    yield measure("undo", _undoing(1), repeat=repeat, limit=("the fewest statements", _bare_undo))
    yield measure("undo, beside the merge", _undoing(1), repeat=repeat, limit=("the merge", one))
    for number in MANY:
        name, times = f"merge of {number} duplicates", max(2, repeat // number)
        yield measure(name, _merging(number), repeat=times, limit=("a merge of one", one))
    limit = ("one row in each", moving(1))
    moved = moving(rows)
    yield measure(f"merge of {rows:,} rows in each linked table", moved, repeat=repeat, limit=limit)
    name, times = f"raw SQL that rewrites {rows:,} rows in each linked table", max(2, repeat // 4)
    yield measure(name, _rewriting(rows), repeat=times, limit=("our merge of as many", moved))


def _customers(number: int) -> Sequence[Customer]:
    """With a staff record each, as those of the limit have."""
    email = f"overview{RUN}-{next(numbers)}@example.com"
    customers = [customer_with_order(email=email, external_id=f"{email} {n}") for n in range(number)]
    for customer in customers:
        staff_record_of(customer)
    return customers


def _merging(duplicates: int) -> Prepare:
    def prepare() -> Callable[[], object]:
        survivor, *others = _customers(duplicates + 1)
        plan = plan_merge(survivor, others)
        return lambda: merge_customers(plan, by=None, via=Via.PAGE)

    return prepare


def _undoing(duplicates: int) -> Prepare:
    def prepare() -> Callable[[], object]:
        survivor, *others = _customers(duplicates + 1)
        merge = merge_customers(plan_merge(survivor, others), by=None, via=Via.PAGE)
        return lambda: undo_merge(merge, by=None)

    return prepare


def moving(rows: int) -> Prepare:
    """The merge of a duplicate with so many rows in each linked table; the merge before is undone first."""
    survivor, duplicate = _customers(2)
    record = duplicate.records.exclude(data_source__name=DataSource.STAFF).get()
    many_of_each(record, rows, but=[CreditEntry])
    rebuild_totals([record.pk])
    billing_status.refresh([duplicate.pk])

    def prepare() -> Callable[[], object]:
        for merge in survivor.merges.filter(undone_at=None):
            undo_merge(merge, by=None)
        customers = Customer.objects.in_bulk([survivor.pk, duplicate.pk])
        plan = plan_merge(customers[survivor.pk], [customers[duplicate.pk]])
        return lambda: merge_customers(plan, by=None, via=Via.PAGE)

    return prepare


def _rewriting(rows: int) -> Prepare:
    """Of one source record to another, and the next time back."""
    records = [customer.records.exclude(data_source__name=DataSource.STAFF).get() for customer in _customers(2)]
    many_of_each(records[0], rows, but=[CreditEntry])

    @transaction.atomic
    def act() -> None:
        one, other = records
        for model in linked_models():
            model._default_manager.filter(source_record=one).update(source_record=other)
        records.reverse()

    return lambda: act


def _bare() -> Callable[[], object]:
    return BareMerge(*pair_of(f"bare{RUN}-{next(numbers)}", "")).merge


def _bare_undo() -> Callable[[], object]:
    bare = BareMerge(*pair_of(f"bare{RUN}-{next(numbers)}", ""))
    bare.merge()
    return bare.undo
