"""The customers that a list asks for."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime

from django.db.models import QuerySet

from crm.api.chartmogul.customers import statuses
from crm.api.chartmogul.customers.schemas import CustomerListQuery
from crm.api.chartmogul.data_sources import stored_systems
from crm.api.chartmogul.errors import refusal
from crm.api.chartmogul.paging import CursorPage, cursor_to_grow, place_of
from customers.lib.pages import Cursor
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource
from customers.search import filters
from customers.search.filters import Criterion, FromSource
from customers.search.scan import scan
from customers.search.sorting import OLDEST_FIRST, SortPlace

# After so many a page is given out that is not full, whose cursor is where the search stopped (docs/decisions/0007).
MOST_STRETCHES = 25


def customer_page(query: CustomerListQuery, horizon: datetime | None) -> CursorPage[Customer]:
    passing: list[SortPlace] = []
    end: SortPlace | None = None
    place = place_of(query)
    after = astuple(place) if place else None
    for number, stretch in enumerate(scan(list(criteria(query)), OLDEST_FIRST, after=after), 1):
        passing += stretch.passing
        end = stretch.end
        if len(passing) > query.per_page or number == MOST_STRETCHES:
            break
    is_full = len(passing) > query.per_page
    shown = passing[: query.per_page]
    last = end if end and not is_full else next(reversed(shown), None)
    rows = Customer.objects.select_related("owner").in_bulk([pk for *_, pk in shown])
    has_more = is_full or end is not None
    cursor = cursor_to_grow(query, Cursor(*last) if last else None, horizon, has_more=has_more)
    return CursorPage([rows[pk] for *_, pk in shown if pk in rows], cursor, has_more)


def criteria(query: CustomerListQuery) -> Iterator[Criterion]:
    for name in ("data_source_uuid", "external_id", "status", "system"):
        if not can_be_stored(getattr(query, name)):
            raise refusal(400, "Remove the character that cannot be stored", name)
    if query.data_source_uuid or query.system or query.external_id:
        yield FromSource(tuple(matching_sources(query).values_list("pk", flat=True)), query.external_id)
    if query.status:
        yield filters.Status(statuses.statuses_named(query.status))


def matching_sources(query: CustomerListQuery) -> QuerySet[DataSource]:
    sources = DataSource.objects.order_by("pk")
    if query.data_source_uuid:
        sources = sources.filter(uuid=query.data_source_uuid)
    if query.system:
        sources = sources.filter(system__in=stored_systems(query.system))
    return sources
