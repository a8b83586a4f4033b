"""Long lists, a page at a time: a page ends at a cursor, so that the next costs no more than the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar

from django.db.models import Model, Q, QuerySet

PAGE = 25
"""Rows of a list that a page shows."""

Row = TypeVar("Row")
Shown = TypeVar("Shown")
Place = TypeVar("Place")
Numbered = TypeVar("Numbered", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row, Place]):
    """`following` is the place of its last row, which the next page begins behind; None on the last page.

    A place is a number (primary key), or a Cursor.
    """

    rows: Sequence[Row]
    following: Place | None

    def showing(self, rows: Sequence[Shown]) -> Page[Shown, Place]:
        """The page with what is shown of its rows."""
        return Page(rows, self.following)


def page_of(read: Iterable[Row], place: Callable[[Row], Place], *, size: int = PAGE) -> Page[Row, Place]:
    """`read` are the rows behind the page before: one more than fit on the page, if there is more."""
    rows = list(read)
    return Page(rows[:size], place(rows[size - 1]) if len(rows) > size else None)


def newest_page(rows: QuerySet[Numbered], before: int | None, *, size: int = PAGE) -> Page[Numbered, int]:
    """By their numbers, the highest first."""
    rows = rows.filter(pk__lt=before) if before else rows
    return page_of(rows.order_by("-pk")[: size + 1], key_of, size=size)


def oldest_page(rows: QuerySet[Numbered], after: int | None) -> Page[Numbered, int]:
    rows = rows.filter(pk__gt=after) if after else rows
    return page_of(rows.order_by("pk")[: PAGE + 1], key_of)


def key_of(row: Model) -> int:
    return int(row.pk)


@dataclass(frozen=True, order=True)
class Cursor:
    """Where a row stands in the order of a time and the primary key. The text of the last of a page goes into the link
    to the next."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, row: Model, *, by: str = "at") -> Cursor:
        return cls(getattr(row, by), row.pk)

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """None if no cursor has this text."""
        at, _, pk = text.rpartition("_")
        try:
            when = datetime.fromisoformat(at)
            return cls(when.astimezone(UTC), int(pk)) if when.tzinfo else None
        except (ValueError, OverflowError):
            return None


Comparison = Literal["lt", "lte", "gt", "gte"]


def compared_to(place: Cursor | tuple[Any, int] | None, comparison: Comparison, *, by: str = "at") -> Q:
    """The rows whose pair of `by` and primary key is less or greater than `place`, such as a Cursor; for None all."""
    if place is None:
        return Q()
    value, pk = (place.at, place.pk) if isinstance(place, Cursor) else place
    side = comparison.removesuffix("e")
    # The first condition enters the index on `by`; the others only filter rows of the same value.
    return Q(**{f"{by}__{side}e": value}) & (Q(**{f"{by}__{side}": value}) | Q(**{f"pk__{comparison}": pk}))
