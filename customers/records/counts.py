"""How many linked rows customers or their records have, and in which data sources; a few queries for any number.

Rows are never counted further than MOST. Orders and amounts come from `customers.totals.sums`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from customers.models import DataSource, LinkedRow, SourceRecord

MOST = 10_000

Kinds = Sequence[type[LinkedRow]]


class CappedCount(Subquery):
    """How many rows a subquery with a limit has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()


@dataclass(frozen=True)
class RowCount:
    """How many rows of one kind."""

    kind: type[LinkedRow]
    number: int

    @property
    def shown(self) -> str:
        return f"{MOST:,}+" if self.number > MOST else f"{self.number:,}"

    @property
    def label(self) -> str:
        plural = str(self.kind._meta.verbose_name_plural)
        return plural[:1].upper() + plural[1:]

    def __str__(self) -> str:
        names = self.kind._meta
        return f"{self.shown} {names.verbose_name if self.number == 1 else names.verbose_name_plural}"


def count_rows(
    kinds: Kinds, of: QuerySet[Any], *, by: str = "source_record", **filters: Any
) -> dict[int, list[RowCount]]:
    """{pk: what it has of each of `kinds`} for the customers or records `of`, which the rows name as `by`."""
    counts = {
        f"n{n}": CappedCount(kind._default_manager.filter(**{by: OuterRef("pk")}, **filters).values("pk")[: MOST + 1])
        for n, kind in enumerate(kinds)
    }
    rows = of.order_by("pk").annotate(**counts).values_list("pk", *counts)
    return {pk: [RowCount(kind, number) for kind, number in zip(kinds, numbers, strict=True)] for pk, *numbers in rows}


def add_counts(counts: Iterable[Collection[RowCount]]) -> list[RowCount]:
    """The tallies of several, added up by kind; kinds of which there is nothing are left out."""
    sums: defaultdict[type[LinkedRow], int] = defaultdict(int)
    for tally in (tally for row_counts in counts for tally in row_counts):
        sums[tally.kind] += tally.number
    return [RowCount(kind, number) for kind, number in sums.items() if number]


def sources(customers: Collection[int]) -> dict[int, Sequence[str]]:
    """{customer: names of the data sources that know them}."""
    names_of: defaultdict[int, list[str]] = defaultdict(list)
    rows = SourceRecord.objects.filter(customer__in=customers).order_by("data_source__name")
    for customer, name in rows.values_list("customer", "data_source__name").distinct():
        names_of[customer].append(name)
    return {pk: without_staff(names) for pk, names in names_of.items()}


def without_staff(names: Sequence[str]) -> Sequence[str]:
    """The names of data sources, without that of what staff typed where there are others."""
    return [name for name in names if name != DataSource.STAFF] or names


def sources_of_records(records: Collection[int]) -> dict[int, str]:
    """{record: name of its data source}."""
    return dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "data_source__name"))
