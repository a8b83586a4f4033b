"""Long lists, a page at a time: a page ends at a cursor, so that the next costs no more than the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.db.models import Model, Q

PAGE = 25
"""Rows of a list that a page shows."""


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


def compared_to(cursor: Cursor | None, comparison: Comparison, *, by: str = "at") -> Q:
    """The rows whose time `by` and primary key, as a pair, are less or greater than those of `cursor`; for None all."""
    if cursor is None:
        return Q()
    side = comparison.removesuffix("e")
    # The first condition enters the index on `by`; the others only filter rows of the same time.
    return Q(**{f"{by}__{side}e": cursor.at}) & (
        Q(**{f"{by}__{side}": cursor.at}) | Q(**{f"pk__{comparison}": cursor.pk})
    )
