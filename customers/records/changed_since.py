"""The rows of a period, whoever has them: those that came in it, or those that changed in it.

A row has changed when it was written to, or when its source record came to another customer: who keeps a copy of what
is here must learn of the new owner. Those are two questions, each answered from an index, one after the other; asked as
one, with OR, they would read the table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
Period = tuple[datetime, datetime]
"""From when, and before when."""


class ChainedQuery(Generic[Row]):
    """What one query finds, or several that share no row, one after the other; all of them ordered.

    A page is found by its primary keys, so that the places before it are passed over in an index and their rows stay
    unread. Nothing is counted whose end a page has shown.
    """

    def __init__(self, *parts: QuerySet[Row]) -> None:
        self.parts = parts
        self.lengths: dict[int, int] = {}

    def count(self) -> int:
        return sum(self._length(number) for number in range(len(self.parts)))

    @property
    def is_counted(self) -> bool:
        return len(self.lengths) == len(self.parts)

    def __getitem__(self, span: slice) -> list[Row]:
        """The rows of a slice that has both ends."""
        pks = self._pks(span.start, span.stop)
        rows = self.parts[0].model._default_manager.in_bulk(pks)
        return [rows[pk] for pk in pks if pk in rows]

    def _pks(self, first: int, last: int) -> list[Any]:
        pks: list[Any] = []
        for number, part in enumerate(self.parts):
            part_pks = list(part.values_list("pk", flat=True)[first:last])
            pks += part_pks
            if len(part_pks) == last - first:
                break
            if part_pks or not first:
                self.lengths[number] = first + len(part_pks)
            length = self._length(number)
            first, last = max(first - length, 0), last - length
        return pks

    def _length(self, number: int) -> int:
        if number not in self.lengths:
            self.lengths[number] = self.parts[number].count()
        return self.lengths[number]


def created_in(rows: QuerySet[Row], period: Period, *, by: str = "at", ascending: bool) -> QuerySet[Row]:
    since, before = period
    sign = "" if ascending else "-"
    return rows.filter(**{f"{by}__gte": since, f"{by}__lt": before}).order_by(f"{sign}{by}", f"{sign}pk")


def changed_in(rows: QuerySet[Row], period: Period, *, ascending: bool) -> ChainedQuery[Row]:
    """Those written to, then those whose record moved."""
    written = created_in(rows, period, by="updated", ascending=ascending)
    moved = created_in(rows, period, by="source_record__moved_at", ascending=ascending)
    in_period: dict[str, Any] = {"updated__gte": period[0], "updated__lt": period[1]}
    return ChainedQuery(written, moved.exclude(**in_period))
