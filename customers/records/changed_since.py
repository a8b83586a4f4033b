"""The rows of all customers that were created or changed in a period, for API clients that keep a copy.

A row has changed when it was edited, or when a merge, split or undo moved its source record to another customer. These
are two queries with an index each, one after the other. As one query with OR they would read the whole table.
What Reunite itself does with changed customers reads `changed_customers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet

from customers.lib.pages import Comparison, compared_to
from customers.models import SourceRecord
from customers.records.newest import record_by_record

Row = TypeVar("Row", bound=Model)
Period = tuple[datetime, datetime]
"""From the first time, included, to the second, excluded."""


class Updated(Protocol):
    @property
    def updated(self) -> datetime: ...


@dataclass(frozen=True)
class RowPlace:
    """Where a row is in a ChainedQuery: in which of the queries, and the values that it is ordered by there."""

    part: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Some rows of a ChainedQuery, and the place of the last one."""

    rows: list[Row]
    end: RowPlace | None


class ChainedQuery(Generic[Row]):
    """The rows of several ordered queries that share no row, one after the other.

    A slice first selects what the rows are ordered by, so that the database skips the rows before it in an index,
    unread. A query is not counted if a slice has reached its end. Rows of one customer, the `owner`, are read record
    by record.
    """

    def __init__(self, *parts: QuerySet[Row], owner: int | None = None) -> None:
        self.parts = parts
        self.owner = owner
        self.lengths: dict[int, int] = {}

    def count(self) -> int:
        return sum(self._length(number) for number in range(len(self.parts)))

    @property
    def is_counted(self) -> bool:
        return len(self.lengths) == len(self.parts)

    def rows_from(self, first: int, length: int) -> Slice[Row]:
        """At most `length` rows, after the `first` ones."""
        places: list[RowPlace] = []
        last = first + length
        for number, part in enumerate(self.parts):
            part_places = self._places(number, part, first, last)
            places += part_places
            if len(part_places) == last - first:
                break
            if part_places or not first:
                self.lengths[number] = first + len(part_places)
            skipped = self._length(number)
            first, last = max(first - skipped, 0), last - skipped
        return self._rows(places)

    def rows_after(self, place: RowPlace, length: int) -> Slice[Row]:
        """At most `length` rows after `place`, also if that row or the ones before it have moved since."""
        places: list[RowPlace] = []
        for number, part in self._parts_after(place):
            places += self._places(number, part, 0, length - len(places))
        return self._rows(places)

    def count_after(self, place: RowPlace, most: int) -> int:
        """How many rows follow `place`, up to `most`."""
        counted = 0
        for _, part in self._parts_after(place):
            if counted < most:
                counted += part.order_by()[: most - counted].count()
        return counted

    def _parts_after(self, place: RowPlace) -> Iterator[tuple[int, QuerySet[Row]]]:
        for number in range(place.part, len(self.parts)):
            part = self.parts[number]
            yield number, part.filter(_follows(part, place.values)) if number == place.part else part

    def _places(self, number: int, part: QuerySet[Row], first: int, last: int) -> list[RowPlace]:
        names = [name.removeprefix("-") for name in _ordering(part)]
        places = part.values_list(*names)
        if self.owner is None or connection.vendor != "postgresql" or names[0] != "at":
            return [RowPlace(number, values) for values in places[first:last]]
        return [RowPlace(number, values) for values in record_by_record(places, self.owner, first, last)]

    def _rows(self, places: Sequence[RowPlace]) -> Slice[Row]:
        pks = [place.values[-1] for place in places]
        rows = self.parts[0].model._default_manager.in_bulk(pks)
        return Slice([rows[pk] for pk in pks if pk in rows], places[-1] if places else None)

    def _length(self, number: int) -> int:
        if number not in self.lengths:
            self.lengths[number] = self.parts[number].count()
        return self.lengths[number]


def _follows(part: QuerySet[Row], values: tuple[Any, ...]) -> Q:
    """What comes after `values` in the order of `part`: by a time and the primary key, or by that alone."""
    first = _ordering(part)[0]
    comparison: Comparison = "lt" if first.startswith("-") else "gt"
    by = first.removeprefix("-")
    return Q(**{f"pk__{comparison}": values[0]}) if by == "pk" else compared_to(values, comparison, by=by)


def _ordering(part: QuerySet[Any]) -> list[str]:
    return [str(name) for name in part.query.order_by]


def changed_at(row: Updated, record: SourceRecord) -> datetime:
    """When `row` of `record` changed for a reader: the latest time for which `changed_in` has it."""
    return max(row.updated, record.moved_at or row.updated)


def created_in(rows: QuerySet[Row], period: Period, *, by: str = "at", ascending: bool) -> QuerySet[Row]:
    since, before = period
    sign = "" if ascending else "-"
    return rows.filter(**{f"{by}__gte": since, f"{by}__lt": before}).order_by(f"{sign}{by}", f"{sign}pk")


def changed_in(rows: QuerySet[Row], period: Period, *, by: str = "updated", ascending: bool) -> ChainedQuery[Row]:
    """`by` is the time of the last edit; of rows that nobody edits it is the one when they were written."""
    written = created_in(rows, period, by=by, ascending=ascending)
    moved = created_in(rows, period, by="source_record__moved_at", ascending=ascending)
    in_period: dict[str, Any] = {f"{by}__gte": period[0], f"{by}__lt": period[1]}
    return ChainedQuery(written, moved.exclude(**in_period))
