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
from customers.models import Customer, DataSource, LinkedRow
from customers.newest import Cursor, newest

MOST = 200

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
    comes, sign = ("lt", "-") if descending else ("gt", "")
    if asked.cursor:
        at, pk = read_cursor(asked.cursor)
        # Written so that the index is entered at `at`, and the comparison of the pair only filters.
        rows = rows.filter(Q(**{f"{by}__{comes}e": at}) & (Q(**{f"{by}__{comes}": at}) | Q(**{f"pk__{comes}": pk})))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: asked.per_page + 1])
    shown = found[: asked.per_page]
    cursor = write_cursor(getattr(shown[-1], by), shown[-1].pk) if shown else None
    return Page(shown, cursor, len(found) > len(shown))


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
        of_source = {"source_record__data_source": source} if source else {}
        return page(model._default_manager.filter(**of_source, **filters).select_related(*related), asked)
    before = Cursor(*read_cursor(asked.cursor)) if asked.cursor else None
    limit, pk = asked.per_page + 1, source.pk if source else None
    found = list(newest(model, customer, before=before, limit=limit, source=pk, **filters).select_related(*related))
    shown = found[: asked.per_page]
    cursor = write_cursor(shown[-1].at, shown[-1].pk) if shown else None
    return Page(shown, cursor, len(found) > len(shown))


def write_cursor(at: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()}&{pk}".encode()).decode()


def read_cursor(text: str) -> tuple[datetime, int]:
    try:
        at, _, pk = base64.urlsafe_b64decode(text.encode()).decode().rpartition("&")
        when = datetime.fromisoformat(at)
        number = int(pk)
    except (ValueError, binascii.Error):
        raise refusal(400, "This cursor is none that we gave out", "cursor") from None
    if when.tzinfo is None or not -(2**63) <= number < 2**63:
        raise refusal(400, "This cursor is none that we gave out", "cursor")
    return when, number
