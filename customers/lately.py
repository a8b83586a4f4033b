"""The rows of a period, whoever has them: those that came in it, or those that changed in it.

A row has changed when it was written to, or when its source record came to another customer: who keeps a copy of what
is here must learn of the new owner. Those are two questions, each answered from an index, one after the other; asked as
one, with OR, they would read the table.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
Period = tuple[datetime, datetime]
"""From when, and before when."""


class InTurn(Generic[Row]):
    """What several queries find, which share no row, one after the other."""

    def __init__(self, *parts: QuerySet[Row]) -> None:
        self.parts = parts

    @cached_property
    def counts(self) -> list[int]:
        return [part.count() for part in self.parts]

    def count(self) -> int:
        return sum(self.counts)

    def __getitem__(self, wanted: slice) -> list[Row]:
        """The rows of a slice that has both ends."""
        first, last = wanted.start, wanted.stop
        found: list[Row] = []
        for part, length in zip(self.parts, self.counts, strict=True):
            if first < length and last > 0:
                found += part[max(first, 0) : last]
            first, last = first - length, last - length
        return found


def came(rows: QuerySet[Row], period: Period, *, by: str = "at", ascending: bool) -> QuerySet[Row]:
    since, before = period
    sign = "" if ascending else "-"
    return rows.filter(**{f"{by}__gte": since, f"{by}__lt": before}).order_by(f"{sign}{by}", f"{sign}pk")


def changed(rows: QuerySet[Row], period: Period, *, ascending: bool) -> InTurn[Row]:
    """Those written to, then those whose record moved."""
    written = came(rows, period, by="updated", ascending=ascending)
    moved = came(rows, period, by="source_record__moved_at", ascending=ascending)
    in_period: dict[str, Any] = {"updated__gte": period[0], "updated__lt": period[1]}
    return InTurn(written, moved.exclude(**in_period))
