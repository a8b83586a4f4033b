"""Lists, a page at a time. A cursor names the last row of the page before, so no page costs more than the first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import AfterValidator, Field

from crm.api.chartmogul.errors import refusal
from customers.models import Customer, DataSource, LinkedRow, SourceRecord
from customers.records.newest import Cursor, compared_to, newest

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


@dataclass(frozen=True)
class CursorPage(Generic[Row]):
    rows: Sequence[Row]
    cursor: str | None
    has_more: bool

    def as_list(self, key: str, entries: Sequence[Any]) -> dict[str, Any]:
        return {key: entries, "cursor": self.cursor, "has_more": self.has_more}


def page_rows(rows: QuerySet[Row], query: CursorQuery, *, by: str = "at", descending: bool = True) -> CursorPage[Row]:
    """A page of `rows` in the order of the column `by` and the primary key, which have an index together."""
    if query.cursor:
        rows = rows.filter(compared_to(decode_cursor(query.cursor), "lt" if descending else "gt", by=by))
    sign = "-" if descending else ""
    read = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: query.per_page + 1])
    return _page(read, query, by=by)


def _page(read: Sequence[Row], query: CursorQuery, *, by: str = "at") -> CursorPage[Row]:
    """`rows` are one more than fit on the page, if there is more."""
    shown = read[: query.per_page]
    cursor = encode_cursor(Cursor(getattr(shown[-1], by), shown[-1].pk)) if shown else None
    return CursorPage(shown, cursor, len(read) > len(shown))


def page_filtered(rows: QuerySet[Linked], query: CursorQuery, **filters: Any) -> CursorPage[Linked]:
    """A page of the rows that pass `filters`, for which there is no index, newest first.

    The rows are read through the index of their order, a batch at a time, and filtered. After the last batch the page
    is answered, full or not; its cursor is where reading stopped.
    """
    if not filters:
        return page_rows(rows, query)
    end = decode_cursor(query.cursor) if query.cursor else None
    passing: list[Linked] = []
    for size in BATCH_SIZES:
        batch = rows.filter(compared_to(end, "lt")) if end else rows
        batch = batch.order_by("-at", "-pk")
        last = batch.values_list("at", "pk")[size - 1 : size].first()
        end = Cursor(*last) if last else None
        if end:
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
    before = decode_cursor(query.cursor) if query.cursor else None
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


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(f"{cursor.at.astimezone(UTC).isoformat()}&{cursor.pk}".encode()).decode()


def decode_cursor(text: str) -> Cursor:
    not_ours = refusal(400, "This cursor is not valid", "cursor")
    try:
        at, _, pk = base64.urlsafe_b64decode(text.encode()).decode().rpartition("&")
        when = datetime.fromisoformat(at)
        number = int(pk)
    except (ValueError, binascii.Error):
        raise not_ours from None
    if when.tzinfo is None or not -(2**63) <= number < 2**63:
        raise not_ours
    return Cursor(when, number)
