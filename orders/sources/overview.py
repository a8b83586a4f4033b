"""How much each data source has sent. Counting stops at a limit, so that no page reads all rows of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery

from customers.lib.addresses.countries import country_name
from customers.lib.numbers import capped_count
from customers.lib.pages import PAGE
from customers.models import DataSource, SourceRecord
from customers.records.counts import CappedCount
from orders.models import Order

MOST_LISTED, MOST_OF_ONE = 1_000, 10_000


@dataclass(frozen=True)
class SourceFigures:
    """Counts as shown, such as “1,000+”. The orders are those that it sent, whoever's they are."""

    source: DataSource
    records: str
    customers: str
    orders: str
    last_order_at: datetime | None

    @property
    def country(self) -> str:
        return country_name(self.source.default_country)


@dataclass(frozen=True)
class SourcePage:
    rows: Sequence[SourceFigures]
    following: str
    """The name after which the next page begins; "" on the last page."""


def source_page(*, after: str = "") -> SourcePage:
    sources = DataSource.objects.filter(name__gt=after) if after else DataSource.objects.all()
    rows = list(sources.select_related("created_by").order_by("name")[: PAGE + 1])
    shown = _figures_of(rows[:PAGE], MOST_LISTED)
    return SourcePage(shown, shown[-1].source.name if len(rows) > PAGE else "")


def figures_of(source: DataSource) -> SourceFigures:
    return _figures_of([source], MOST_OF_ONE)[0]


def _figures_of(sources: Sequence[DataSource], most: int) -> list[SourceFigures]:
    if not sources:
        return []
    first, *others = (_counts(source.pk, most) for source in sources)
    counts = {row.pk: row for row in first.union(*others, all=True)}
    return [_figures(source, counts[source.pk], most) for source in sources]


def _counts(source: int, most: int) -> QuerySet[Any, Any]:
    # Each source by its own number: the database then knows which have few rows, and finds those by an index.
    records = SourceRecord.objects.filter(data_source=source)
    first_records = SourceRecord.objects.filter(pk__in=Subquery(records.values("pk")[: most + 1]))
    orders = Order.objects.filter(data_source=source)
    counts = {
        "records": CappedCount(records.values("pk")[: most + 1]),
        "customers": CappedCount(first_records.values("customer").distinct()[: most + 1]),
        "orders": CappedCount(orders.values("pk")[: most + 1]),
        "last_order_at": Subquery(orders.order_by("-at", "-pk").values("at")[:1]),
    }
    return DataSource.objects.filter(pk=source).annotate(**counts).values_list("pk", *counts, named=True)


def _figures(source: DataSource, counts: Any, most: int) -> SourceFigures:
    # Of the first records only the customers are counted, so with more records there may be more customers.
    has_more = "+" if counts.records > most else ""
    return SourceFigures(
        source,
        capped_count(counts.records, most),
        f"{min(counts.customers, most):,}{has_more}",
        capped_count(counts.orders, most),
        counts.last_order_at,
    )
