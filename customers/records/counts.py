"""How many linked rows customers or records have, and their data sources: one query each for any number of customers.

Counting stops at MOST. Orders and amounts are not counted but read from `customers.totals.sums`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.utils.translation import ngettext

from customers.lib.numbers import capped_count
from customers.models import DataSource, LinkedRow, SourceRecord

MOST = 10_000

Kinds = Sequence[type[LinkedRow]]


class CappedCount(Subquery):
    """The number of rows of a subquery, which has a limit of its own."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


@dataclass(frozen=True)
class RowCount:
    kind: type[LinkedRow]
    number: int

    @property
    def shown(self) -> str:
        return capped_count(self.number, MOST)

    @property
    def label(self) -> str:
        plural = str(self.kind._meta.verbose_name_plural)
        return plural[:1].upper() + plural[1:]

    def __str__(self) -> str:
        names = self.kind._meta
        return f"{self.shown} {ngettext(str(names.verbose_name), str(names.verbose_name_plural), self.number)}"


def count_rows(
    kinds: Kinds, of: QuerySet[Any], *, by: str = "source_record", **filters: Any
) -> dict[int, list[RowCount]]:
    """{pk: a count of each of `kinds`} of the customers or records `of`; `by` is the lookup from a row to them."""
    counts = {
        # Without an order: otherwise all rows would be sorted to count the first.
        f"n{n}": CappedCount(
            kind._default_manager.order_by().filter(**{by: OuterRef("pk")}, **filters).values("pk")[: MOST + 1]
        )
        for n, kind in enumerate(kinds)
    }
    rows = of.order_by("pk").annotate(**counts).values_list("pk", *counts)
    return {pk: [RowCount(kind, number) for kind, number in zip(kinds, numbers, strict=True)] for pk, *numbers in rows}


def add_counts(counts: Iterable[Collection[RowCount]]) -> list[RowCount]:
    """The sums by kind; zero is left out."""
    sums: defaultdict[type[LinkedRow], int] = defaultdict(int)
    for row_count in chain.from_iterable(counts):
        sums[row_count.kind] += row_count.number
    return [RowCount(kind, number) for kind, number in sums.items() if number]


def sources(customers: Collection[int]) -> dict[int, Sequence[str]]:
    names_of: defaultdict[int, list[str]] = defaultdict(list)
    rows = SourceRecord.objects.filter(customer__in=customers).order_by("data_source__name")
    for customer, name in rows.values_list("customer", "data_source__name").distinct():
        names_of[customer].append(name)
    return {pk: without_staff(names) for pk, names in names_of.items()}


def without_staff(names: Sequence[str]) -> Sequence[str]:
    """`names` without “Staff”, unless that is the only one."""
    return [name for name in names if name != DataSource.STAFF] or names


def sources_of_records(records: Collection[int]) -> dict[int, str]:
    return dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "data_source__name"))
