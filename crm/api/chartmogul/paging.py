"""Lists a page at a time: a cursor names the last row of the page before, so that no page costs more than the first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import AfterValidator, Field

from crm.api.chartmogul.errors import refusal
from customers.models import Customer, DataSource, LinkedRow, SourceRecord
from customers.records.newest import Cursor, newest

MOST = 200
STRETCHES = (500, 1_500, 4_000, 8_000, 16_000)
"""How many rows are looked at, one stretch after the other, for one page of those that pass a filter."""

FEW = 2_000
"""The records of a data source that has no more are read, and asked for what they have."""

Row = TypeVar("Row", bound=Model)
Linked = TypeVar("Linked", bound=LinkedRow)


class Paged(Schema):
    """What every list takes; more than the most is read as the most."""

    per_page: Annotated[int, Field(ge=1), AfterValidator(lambda asked: min(asked, MOST))] = MOST
    cursor: str | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    cursor: str | None
    has_more: bool

    def as_list(self, key: str, entries: Sequence[Any]) -> dict[str, Any]:
        """The answer of a list whose rows stand under `key`."""
        return {key: entries, "cursor": self.cursor, "has_more": self.has_more}


def page(rows: QuerySet[Row], asked: Paged, *, by: str = "at", descending: bool = True) -> Page[Row]:
    """A page of `rows` in the order of the column `by` and the primary key, which have an index together."""
    if asked.cursor:
        rows = rows.filter(_beyond(*read_cursor(asked.cursor), by=by, comes="lt" if descending else "gt"))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: asked.per_page + 1])
    shown = found[: asked.per_page]
    cursor = write_cursor(getattr(shown[-1], by), shown[-1].pk) if shown else None
    return Page(shown, cursor, len(found) > len(shown))


def _beyond(at: datetime, pk: int, *, by: str = "at", comes: str) -> Q:
    """Written so that the index is entered at `at`, and the comparison of the pair only filters."""
    side = comes.removesuffix("e")
    return Q(**{f"{by}__{side}e": at}) & (Q(**{f"{by}__{side}": at}) | Q(**{f"pk__{comes}": pk}))


def sifted(rows: QuerySet[Linked], asked: Paged, **filters: Any) -> Page[Linked]:
    """A page of those of `rows` that pass filters to which no index leads, newest first.

    The order is walked through its own index, a stretch at a time, and whatever stands there is asked. A page that has
    looked at so many is not full: there is more, and its cursor is where it stopped.
    """
    if not filters:
        return page(rows, asked)
    end = read_cursor(asked.cursor) if asked.cursor else None
    found: list[Linked] = []
    for length in STRETCHES:
        here = rows.filter(_beyond(*end, comes="lt")) if end else rows
        here = here.order_by("-at", "-pk")
        end = here.values_list("at", "pk")[length - 1 : length].first()
        if end:
            here = here.filter(_beyond(*end, comes="gte"))
        found += here.filter(**filters)[: asked.per_page + 1 - len(found)]
        if end is None or len(found) > asked.per_page:
            break
    is_full = len(found) > asked.per_page
    shown = found[: asked.per_page]
    if end and not is_full:
        return Page(shown, write_cursor(*end), has_more=True)
    return Page(shown, write_cursor(shown[-1].at, shown[-1].pk) if shown else None, has_more=is_full)


def page_of(
    model: type[Linked],
    customer: Customer | None,
    asked: Paged,
    related: Sequence[str],
    *,
    source: DataSource | None = None,
    **filters: Any,
) -> Page[Linked]:
    """A page of the rows of one customer, however many records that has, or of everybody's, newest first."""
    if customer is None:
        led = {name: value for name, value in filters.items() if has_index(model, name)}
        rest = {name: value for name, value in filters.items() if name not in led}
        if source:
            records = list(SourceRecord.objects.filter(data_source=source).values_list("pk", flat=True)[: FEW + 1])
            if len(records) <= FEW:
                led["source_record__in"] = records
            else:
                rest["source_record__data_source"] = source
        return sifted(model._default_manager.filter(**led).select_related(*related), asked, **rest)
    before = Cursor(*read_cursor(asked.cursor)) if asked.cursor else None
    limit, pk = asked.per_page + 1, source.pk if source else None
    found = list(newest(model, customer, before=before, limit=limit, source=pk, **filters).select_related(*related))
    shown = found[: asked.per_page]
    cursor = write_cursor(shown[-1].at, shown[-1].pk) if shown else None
    return Page(shown, cursor, len(found) > len(shown))


def has_index(model: type[LinkedRow], asked: str) -> bool:
    """Whether an index begins with the column of a filter such as `due__lte`."""
    name = asked.partition("__")[0]
    field = model._meta.get_field(name)
    return getattr(field, "db_index", False) or any(name == index.fields[0] for index in model._meta.indexes)


def write_cursor(at: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()}&{pk}".encode()).decode()


def read_cursor(text: str) -> tuple[datetime, int]:
    try:
        at, _, pk = base64.urlsafe_b64decode(text.encode()).decode().rpartition("&")
        when = datetime.fromisoformat(at)
        number = int(pk)
    except (ValueError, binascii.Error):
        raise refusal(400, "This cursor is not valid", "cursor") from None
    if when.tzinfo is None or not -(2**63) <= number < 2**63:
        raise refusal(400, "This cursor is not valid", "cursor")
    return when, number
