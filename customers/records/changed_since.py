"""The rows of all customers that were created or changed in a period, for API clients that keep a copy.

A row has changed when it was edited, or when a merge, split or undo moved its source record to another customer. These
are two queries with an index each, one after the other. As one query with OR they would read the whole table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet

from customers.models import SourceRecord

Row = TypeVar("Row", bound=Model)
Period = tuple[datetime, datetime]
"""From the first time, included, to the second, excluded."""


class Updated(Protocol):
    updated: datetime


class ChainedQuery(Generic[Row]):
    """The rows of several ordered queries that share no row, one after the other.

    A slice first selects primary keys only, so that the database skips the rows before it in an index, unread. A query
    is not counted if a slice has reached its end.
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


def changed_at(row: Updated, record: SourceRecord) -> datetime:
    """When `row` of `record` changed for a reader: the latest time for which `changed_in` has it."""
    return max(row.updated, record.moved_at or row.updated)


def created_in(rows: QuerySet[Row], period: Period, *, by: str = "at", ascending: bool) -> QuerySet[Row]:
    since, before = period
    sign = "" if ascending else "-"
    return rows.filter(**{f"{by}__gte": since, f"{by}__lt": before}).order_by(f"{sign}{by}", f"{sign}pk")


def changed_in(rows: QuerySet[Row], period: Period, *, ascending: bool) -> ChainedQuery[Row]:
    written = created_in(rows, period, by="updated", ascending=ascending)
    moved = created_in(rows, period, by="source_record__moved_at", ascending=ascending)
    in_period: dict[str, Any] = {"updated__gte": period[0], "updated__lt": period[1]}
    return ChainedQuery(written, moved.exclude(**in_period))
