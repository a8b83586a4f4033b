"""Lists, a page at a time. A cursor names the last row of the page before, so no page costs more than the first.

A list that grows at its end can be read on from its last cursor at any later time. A page that shows rows beyond the
horizon (`customers.records.horizon`) goes on after them as long as there are more. The last cursor goes back to the
horizon, since a row may still appear between: rows beyond it come again, and none is missed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import AfterValidator, Field

from crm.api.chartmogul.errors import refusal
from customers.lib.pages import Cursor, compared_to
from customers.models import Customer, DataSource, LinkedRow, SourceRecord
from customers.records.newest import newest

MOST_PER_PAGE = 200
BATCH_SIZES = (500, 1_500, 4_000, 8_000, 16_000)
"""How many rows are read, one batch after the other, to fill one page with rows that pass a filter without an index."""

FEW_RECORDS = 2_000
"""Up to so many records of a data source are named in the query, whose index then leads to their rows."""

Row = TypeVar("Row", bound=Model)
Linked = TypeVar("Linked", bound=LinkedRow)


class CursorQuery(Schema):
    """The parameters of all lists. Larger values of `per_page` are read as the maximum."""

    per_page: Annotated[int, Field(ge=1), AfterValidator(lambda number: min(number, MOST_PER_PAGE))] = MOST_PER_PAGE
    cursor: str | None = None
    page: Annotated[int, Field(ge=1)] = 1
    """Instead of a cursor (`crm.api.chartmogul.numbered_pages`)."""


class PageOut(Schema):
    cursor: str | None
    has_more: bool


class NumberedPageOut(PageOut):
    """For older clients. The numbers are those of a page that was read without a cursor."""

    current_page: int | None = None
    total_pages: int | None = None
    per_page: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class CursorPage(Generic[Row]):
    rows: Sequence[Row]
    cursor: str | None
    has_more: bool

    def as_list(self, key: str, entries: Sequence[Any]) -> dict[str, Any]:
        return {key: entries, "cursor": self.cursor, "has_more": self.has_more}


def page_rows(rows: QuerySet[Row], query: CursorQuery, *, by: str = "at") -> CursorPage[Row]:
    """A page of `rows`, latest first, by the column `by` and the primary key, which have an index together."""
    rows = rows.filter(compared_to(place_of(query), "lt", by=by))
    return _page(list(rows.order_by(f"-{by}", "-pk")[: query.per_page + 1]), query, by=by)


def page_growing(
    rows: QuerySet[Row], query: CursorQuery, horizon: datetime | None, *, by: str = "at"
) -> CursorPage[Row]:
    """A page of `rows`, oldest first, that is read on later."""
    rows = rows.filter(compared_to(place_of(query), "gt", by=by))
    return page_read(list(rows.order_by(by, "pk")[: query.per_page + 1]), query, horizon, by=by)


def page_read(read: Sequence[Row], query: CursorQuery, horizon: datetime | None, *, by: str = "at") -> CursorPage[Row]:
    """As `page_growing`, of the rows behind the cursor: one more than fit on the page, if there is more."""
    page = _page(read, query, by=by)
    last = Cursor.of(page.rows[-1], by=by) if page.rows else None
    return replace(page, cursor=cursor_to_grow(query, last, horizon, has_more=page.has_more))


def cursor_to_grow(query: CursorQuery, last: Cursor | None, horizon: datetime | None, *, has_more: bool) -> str | None:
    """The cursor behind a page that ends with `last`; None at the beginning of a list without rows."""
    before = _decode(query.cursor) if query.cursor else None
    last = last or (before.cursor if before else None)
    if last is None:
        return None
    back = _back_to(before, last, horizon)
    if back is None or has_more:
        return encode_cursor(last, back_to=back)
    return encode_cursor(Cursor(back, 0))


def _back_to(before: _Position | None, last: Cursor, horizon: datetime | None) -> datetime | None:
    """The time before which all rows have appeared, if this reading went beyond it."""
    back = min((at for at in (horizon, before and before.back_to) if at), default=last.at)
    if before:
        back = max(back, before.back_to or before.cursor.at)
    return back if back < last.at else None


def _page(read: Sequence[Row], query: CursorQuery, *, by: str = "at") -> CursorPage[Row]:
    """`read` are one more than fit on the page, if there is more. After the last row, its cursor stays."""
    shown = read[: query.per_page]
    cursor = encode_cursor(Cursor.of(shown[-1], by=by)) if shown else query.cursor
    return CursorPage(shown, cursor, len(read) > len(shown))


def page_filtered(rows: QuerySet[Linked], query: CursorQuery, **filters: Any) -> CursorPage[Linked]:
    """A page of the rows that pass `filters`, for which there is no index, newest first.

    The rows are read through the index of their order, a batch at a time, and filtered. After the last batch the page
    is answered, full or not; its cursor is where reading stopped.
    """
    if not filters:
        return page_rows(rows, query)
    end = place_of(query)
    passing: list[Linked] = []
    for size in BATCH_SIZES:
        batch = rows.filter(compared_to(end, "lt")).order_by("-at", "-pk")
        last = batch.values_list("at", "pk")[size - 1 : size].first()
        end = Cursor(*last) if last else None
        batch = batch.filter(compared_to(end, "gte"))
        passing += batch.filter(**filters)[: query.per_page + 1 - len(passing)]
        if end is None or len(passing) > query.per_page:
            break
    if end and len(passing) <= query.per_page:
        return CursorPage(passing, encode_cursor(end), has_more=True)
    return _page(passing, query)


def page_linked(
    model: type[Linked],
    customer: Customer | None,
    query: CursorQuery,
    related: Sequence[str],
    *,
    source: DataSource | None = None,
    **filters: Any,
) -> CursorPage[Linked]:
    """A page of the rows of `customer`, however many records it has, or of all customers, newest first."""
    if customer is None:
        return _page_of_all(model, query, related, source=source, **filters)
    before = place_of(query)
    limit, pk = query.per_page + 1, source.pk if source else None
    rows = newest(model, customer, before=before, limit=limit, source=pk, **filters)
    return _page(list(rows.select_related(*related)), query)


def _page_of_all(
    model: type[Linked], query: CursorQuery, related: Sequence[str], *, source: DataSource | None, **filters: Any
) -> CursorPage[Linked]:
    indexed = {name: value for name, value in filters.items() if has_index(model, name)}
    unindexed = {name: value for name, value in filters.items() if name not in indexed}
    if source:
        records = list(SourceRecord.objects.filter(data_source=source).values_list("pk", flat=True)[: FEW_RECORDS + 1])
        if len(records) <= FEW_RECORDS:
            indexed["source_record__in"] = records
        else:
            unindexed["source_record__data_source"] = source
    return page_filtered(model._default_manager.filter(**indexed).select_related(*related), query, **unindexed)


def has_index(model: type[LinkedRow], lookup: str) -> bool:
    """Whether an index begins with the column of a lookup such as `due__lte`."""
    name = lookup.partition("__")[0]
    field = model._meta.get_field(name)
    return getattr(field, "db_index", False) or any(name == index.fields[0] for index in model._meta.indexes)


@dataclass(frozen=True)
class _Position:
    """Where a page ends, and where the last page of this reading has to go back to, if anywhere."""

    cursor: Cursor
    back_to: datetime | None


def encode_cursor(cursor: Cursor, *, back_to: datetime | None = None) -> str:
    parts = [_written(cursor.at), str(cursor.pk), *([_written(back_to)] if back_to else [])]
    return base64.urlsafe_b64encode("&".join(parts).encode()).decode()


def place_of(query: CursorQuery) -> Cursor | None:
    """Of the row that the page follows; None for the first page."""
    return _decode(query.cursor).cursor if query.cursor else None


def _decode(text: str) -> _Position:
    try:
        at, pk, *times = base64.urlsafe_b64decode(text.encode()).decode().split("&")
        return _Position(Cursor(_time(at), _number(pk)), _time(times[0]) if times else None)
    except (ValueError, OverflowError, binascii.Error):
        raise refusal(400, "This cursor is not valid", "cursor") from None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def _number(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError("no primary key")
    return number
