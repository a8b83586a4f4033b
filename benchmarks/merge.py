"""How long a merge, an undo and a page of rows take, as ratios to the least that the database has to do.

How many statements each takes, and why, is in docs/decisions/0027; the figures of last time are in docs/benchmarks.md.

    python -m benchmarks.merge [--large] [--repeat 9]

It works in a database of its own beside the one that DATABASE_URL names, made and dropped as tests do.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from django.db import connection

from benchmarks.bare_merge import BareMerge
from benchmarks.database import own_database
from customers.lib.pages import PAGE, Cursor
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import CreditEntry, Customer, DataSource, Merge, SourceRecord, Via
from customers.profile.edit import edit_profile
from customers.rebuild import rebuild
from customers.records.newest import newest
from customers.records.staff_record import staff_record_of
from customers.totals import billing_status
from orders.models import Order
from orders.totals.add import rebuild_totals
from tests.factories import CustomerFactory, SourceRecordFactory, customer_with_order
from tests.factories.linked_rows import many, many_of_each

Row = list[str]
Result = TypeVar("Result")


def p50(act: Callable[[], object], repeat: int) -> float:
    """Milliseconds, after once to warm up."""
    act()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


@dataclass
class Timed:
    """Milliseconds of the processor and of the clock, of each time."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def time(self, act: Callable[[], Result]) -> Result:
        cpu, wall = time.process_time(), time.perf_counter()
        result = act()
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)
        return result


def against_the_limit(company: str, repeat: int) -> Iterator[Row]:
    """A merge and an undo, compared in turn with the fewest statements that write the same."""
    limits = {act: Timed() for act in ("merge", "undo")}
    ours = {act: Timed() for act in ("merge", "undo")}
    for number in range(repeat + 1):
        bare = BareMerge(*pair_of(f"bare{number}", company))
        survivor, duplicate = pair_of(f"ours{number}", company)
        plan = plan_merge(survivor, [duplicate])
        limits["merge"].time(bare.merge)
        merge = ours["merge"].time(partial(merge_customers, plan, by=None, via=Via.PAGE))
        refuse_differences()
        limits["undo"].time(bare.undo)
        ours["undo"].time(partial(undo_merge, merge, by=None))
        refuse_differences()
    for act in ("merge", "undo"):
        name = f"{act}, {'one field changes' if company else 'no field changes'}"
        yield [name, *compared(limits[act].cpu, ours[act].cpu), *compared(limits[act].wall, ours[act].wall)]


def compared(limits: list[float], ours: list[float]) -> Row:
    """The medians without the first time, which warms up, and their ratio."""
    limit, our = statistics.median(limits[1:]), statistics.median(ours[1:])
    return [f"{limit:.2f}", f"{our:.2f}", f"{our / limit:.1f}×"]


def pair_of(name: str, company: str) -> tuple[Customer, Customer]:
    """Two customers with the same email and a staff record each; the second has the `company`."""
    survivor, duplicate = (customer_with_order(email=f"{name}{company.lower()}@example.com") for _ in range(2))
    for customer in (survivor, duplicate):
        staff_record_of(customer)
    if company:
        duplicate = edit_profile(duplicate, {"company": company}, version=duplicate.version, by=None, via="page")
    return Customer.objects.get(pk=survivor.pk), Customer.objects.get(pk=duplicate.pk)


def refuse_differences() -> None:
    if differences := list(rebuild(rebuild_totals)):
        raise AssertionError(differences)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def merging_of(size: int, repeat: int) -> Row:
    """Of a duplicate with so many rows in each linked table; compared with an UPDATE of its source records."""
    survivor, duplicate = customer_with_order(), customer_with_order()
    record = duplicate.records.exclude(data_source__name=DataSource.STAFF).get()
    many_of_each(record, size, but=[CreditEntry])
    rebuild_totals([record.pk])
    billing_status.refresh([duplicate.pk])
    analyze()
    merges: list[Merge] = []

    def merge() -> None:
        customers = Customer.objects.in_bulk([survivor.pk, duplicate.pk])
        plan = plan_merge(customers[survivor.pk], [customers[duplicate.pk]])
        merges.append(merge_customers(plan, by=None, via=Via.API))

    def undo() -> None:
        undo_merge(merges.pop(), by=None)

    # Merges and undos in turn: each is timed with the other left out.
    merge_ms, undo_ms = in_turn(merge, undo, repeat)
    pks = list(SourceRecord.objects.filter(origin=duplicate).values_list("pk", flat=True))
    to = [survivor.pk, duplicate.pk]
    bare = p50(lambda: move(pks, to), repeat)
    return [
        f"{size:,}",
        f"{bare:.2f}",
        f"{merge_ms:.1f}",
        f"{merge_ms / bare:.0f}×",
        f"{undo_ms:.1f}",
        f"{undo_ms / bare:.0f}×",
    ]


def in_turn(do: Callable[[], None], undo: Callable[[], None], repeat: int) -> tuple[float, float]:
    taken: list[list[float]] = [[], []]
    for _ in range(repeat + 1):
        for number, act in enumerate((do, undo)):
            start = time.perf_counter()
            act()
            taken[number].append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[0][1:]), statistics.median(taken[1][1:])


def move(records: list[int], to: list[int]) -> None:
    """To one customer and, the next time, to the other."""
    to.append(to.pop(0))
    SourceRecord.objects.filter(pk__in=records).update(customer=to[0])


def pages_of(records: int, rows: int, repeat: int) -> Row:
    """The newest 25 orders of many, of so many records, compared with reading 25 orders by primary key."""
    customer = CustomerFactory()
    for _ in range(records):
        many(Order, SourceRecordFactory(customer=customer), rows // records)
    analyze()
    mine = Order.objects.filter(source_record__customer=customer)
    middle = mine.order_by("at", "pk")[rows // 2]
    cursor = Cursor.of(middle)
    pks = list(mine.values_list("pk", flat=True)[:PAGE])
    bare = p50(lambda: list(Order.objects.filter(pk__in=pks)), repeat)
    first = p50(lambda: list(newest(Order, customer)), repeat)
    later = p50(lambda: list(newest(Order, customer, before=cursor)), repeat)
    return [
        f"{records}",
        f"{bare:.2f}",
        f"{first:.2f}",
        f"{first / bare:.1f}×",
        f"{later:.2f}",
        f"{later / bare:.1f}×",
    ]


def show(title: str, heads: Row, rows: Iterator[Row]) -> None:
    sys.stdout.write(f"\n{title}\n\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
    for row in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="also a merge of 100,000 rows in each table")
    parser.add_argument("--repeat", type=int, default=9, help="how often each is timed; the median counts")
    options = parser.parse_args()
    with own_database():
        heads = ["", "CPU of the limit, ms", "CPU, ms", "ratio", "time of the limit, ms", "time, ms", "ratio"]
        limits = (row for company in ("", "Initech") for row in against_the_limit(company, options.repeat * 5))
        show(f"Merging on {connection.display_name} against the fewest statements, p50", heads, limits)
        sizes = [10, 1_000, 10_000, *([100_000] if options.large else [])]
        heads = ["rows in each table", "UPDATE, ms", "merge, ms", "ratio", "undo, ms", "ratio"]
        show(f"Merging on {connection.display_name}, p50", heads, (merging_of(size, options.repeat) for size in sizes))
        heads = ["records", "25 by primary key, ms", "newest 25, ms", "ratio", "25 halfway, ms", "ratio"]
        rows = (pages_of(records, 100_000, options.repeat * 5) for records in (1, 5, 50))
        show(f"Newest of 100,000 orders on {connection.display_name}, p50", heads, rows)


if __name__ == "__main__":
    main()
