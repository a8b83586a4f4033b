"""What customers or their records hold, in a few queries however many they are and however much they hold.

Orders and amounts come from the totals; rows of other kinds are counted, but never further than MOST.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import IntegerField, Max, Min, OuterRef, QuerySet, Subquery, Sum

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, DataSource, LinkedRow, RecordTotals, SourceRecord

MOST = 10_000

Kinds = Sequence[type[LinkedRow]]


class CappedCount(Subquery):
    """How many rows a subquery has that is cut off somewhere."""

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
    return {pk: [RowCount(kind, number) for kind, number in zip(kinds, found, strict=True)] for pk, *found in rows}


def add_counts(found: Iterable[Collection[RowCount]]) -> list[RowCount]:
    """The tallies of several, added up by kind; kinds of which there is nothing are left out."""
    sums: defaultdict[type[LinkedRow], int] = defaultdict(int)
    for tally in (tally for some in found for tally in some):
        sums[tally.kind] += tally.number
    return [RowCount(kind, number) for kind, number in sums.items() if number]


@dataclass(frozen=True)
class Totals:
    """Orders that count and what they come to in each currency, in its minor units."""

    orders: int = 0
    spent: dict[str, int] = field(default_factory=dict)
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None

    def since(self, customer: Customer) -> datetime:
        """Since when the `customer`, whose totals these are, is one: by the first order, where that was before."""
        return min(filter(None, (customer.created, self.first_order_at)))

    @property
    def amounts(self) -> str:
        """Such as “27.84 USD, 10.00 EUR”."""
        return ", ".join(format_money(from_minor_units(n, currency), currency) for currency, n in self.spent.items())

    def __str__(self) -> str:
        if not self.orders:
            return "no orders"
        return f"{self.orders:,} order{'s' if self.orders > 1 else ''}, {self.amounts}"

    def __add__(self, other: Totals) -> Totals:
        spent = dict(self.spent)
        for currency, amount in other.spent.items():
            spent[currency] = spent.get(currency, 0) + amount
        firsts = [at for at in (self.first_order_at, other.first_order_at) if at]
        lasts = [at for at in (self.last_order_at, other.last_order_at) if at]
        first, last = min(firsts, default=None), max(lasts, default=None)
        return Totals(self.orders + other.orders, spent, first, last)


def totals(pks: Collection[int], *, by: str = "source_record") -> defaultdict[int, Totals]:
    """{pk: totals} of the records, or of the customers when `by` is source_record__customer."""
    found: defaultdict[int, Totals] = defaultdict(Totals)
    rows = RecordTotals.objects.filter(**{f"{by}__in": pks}, orders__gt=0).values_list(by, "currency")
    times = Min("first_order_at"), Max("last_order_at")
    for pk, currency, orders, amount, *at in rows.annotate(Sum("orders"), Sum("amount"), *times).order_by("currency"):
        found[pk] += Totals(orders, {currency: amount}, *at)
    return found


def sources(customers: Collection[int]) -> dict[int, Sequence[str]]:
    """{customer: names of the data sources that know them}."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = SourceRecord.objects.filter(customer__in=customers).order_by("data_source__name")
    for customer, name in rows.values_list("customer", "data_source__name").distinct():
        found[customer].append(name)
    return {pk: without_staff(names) for pk, names in found.items()}


def without_staff(names: Sequence[str]) -> Sequence[str]:
    """The names of data sources, without that of what staff typed where there are others."""
    return [name for name in names if name != DataSource.STAFF] or names


def common_currency(totals: Iterable[Totals]) -> str:
    """The one currency of every amount, for a heading; "" when there are several, or none."""
    found = {currency for each in totals for currency in each.spent}
    return found.pop() if len(found) == 1 else ""


def sources_of_records(records: Collection[int]) -> dict[int, str]:
    """{record: name of its data source}."""
    return dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "data_source__name"))
