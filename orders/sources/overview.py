"""How much each data source has sent. Counting stops at a limit, so that no page reads all rows of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from customers.lib.countries import country_name
from customers.models import DataSource, SourceRecord
from customers.records.counts import CappedCount
from orders.models import Order

PER_PAGE = 25
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
    rows = list(_with_counts(sources, MOST_LISTED).order_by("name")[: PER_PAGE + 1])
    shown = [_figures(row, MOST_LISTED) for row in rows[:PER_PAGE]]
    return SourcePage(shown, shown[-1].source.name if len(rows) > PER_PAGE else "")


def figures_of(source: DataSource) -> SourceFigures:
    return _figures(_with_counts(DataSource.objects.filter(pk=source.pk), MOST_OF_ONE).get(), MOST_OF_ONE)


def _with_counts(sources: QuerySet[DataSource], most: int) -> QuerySet[Any]:
    records = SourceRecord.objects.filter(data_source=OuterRef("pk"))
    some_records = SourceRecord.objects.filter(data_source=OuterRef(OuterRef("pk"))).values("pk")[: most + 1]
    customers = SourceRecord.objects.filter(pk__in=Subquery(some_records)).values("customer").distinct()
    orders = Order.objects.filter(data_source=OuterRef("pk"))
    return sources.select_related("created_by").annotate(
        records_counted=CappedCount(records.values("pk")[: most + 1]),
        customers_counted=CappedCount(customers[: most + 1]),
        orders_counted=CappedCount(orders.values("pk")[: most + 1]),
        last_order_at=Subquery(orders.order_by("-at", "-pk").values("at")[:1]),
    )


def _figures(row: Any, most: int) -> SourceFigures:
    # Of the first records only the customers are counted, so with more records there may be more customers.
    is_partial = row.records_counted > most
    customers = f"{row.customers_counted:,}+" if is_partial else f"{row.customers_counted:,}"
    return SourceFigures(
        row,
        _capped(row.records_counted, most),
        _capped(most + 1, most) if row.customers_counted > most else customers,
        _capped(row.orders_counted, most),
        row.last_order_at,
    )


def _capped(number: int, most: int) -> str:
    return f"{most:,}+" if number > most else f"{number:,}"
