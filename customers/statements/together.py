"""Several prepared queries in one statement.

Each is a part of a UNION ALL, whose columns have the types of all: a part fills those that it has and leaves the others
empty. So a page that shows a little of many tables takes one round trip, and Django and the database do the rest of
what a statement costs once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.statements.prepared import PreparedSelect, Shape, Value, filled, shape_of, slots_of

Builds = dict[str, Callable[..., QuerySet[Any, Any]]]

SAME_TYPES = {"smallint": "bigint", "integer": "bigint", "varchar": "text"}
"""One column takes both."""


class PreparedTogether:
    """Queries that are called with the same values; they answer with {name: rows}.

    Each puts its rows in order, but who needs an order sorts them: a UNION promises none.
    """

    def __init__(self, **builds: Callable[..., QuerySet[Any, Any]]) -> None:
        self._builds: Builds = builds
        self._written: dict[Shape, _Statement] = {}

    def __call__(self, *values: Value) -> dict[str, list[Any]]:
        shape = shape_of(values)
        statement = self._written.get(shape) or self._write(shape)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, filled(statement.params, values))
            return statement.rows(cursor.fetchall())

    def _write(self, shape: Shape) -> _Statement:
        selects = {name: PreparedSelect.of(build(*slots_of(shape))) for name, build in self._builds.items()}
        statement = _Statement.of(selects)
        self._written[shape] = statement
        return statement


@dataclass(frozen=True)
class _Part:
    """A query, and the places of its columns among those of all."""

    name: str
    select: PreparedSelect
    columns: Callable[[Sequence[Any]], tuple[Any, ...]]


@dataclass(frozen=True)
class _Statement:
    sql: str
    params: Sequence[Any]
    parts: Sequence[_Part]

    @classmethod
    def of(cls, selects: dict[str, PreparedSelect]) -> _Statement:
        types_of = {name: [_type_of(column) for column in select.columns] for name, select in selects.items()}
        width: Counter[str] = Counter()
        for types in types_of.values():
            width |= Counter(types)
        common = [kind for kind, number in sorted(width.items()) for _ in range(number)]
        parts, tables, answers = [], [], []
        for number, (name, select) in enumerate(selects.items()):
            places = _places(types_of[name], common)
            column_at = {place: f"p{number}.c{column}" for column, place in enumerate(places)}
            columns = [column_at.get(place, _empty(kind)) for place, kind in enumerate(common)]
            names = ", ".join(f"c{column}" for column in range(len(places)))
            tables.append(f"p{number} ({names}) AS ({select.sql})")
            answers.append(f"SELECT {number}, {', '.join(columns)} FROM p{number}")  # noqa: S608 - numbers and types
            parts.append(_Part(name, select, _getter(places)))
        sql = f"WITH {', '.join(tables)} {' UNION ALL '.join(answers)}"
        return cls(sql, [param for select in selects.values() for param in select.params], parts)

    def rows(self, answer: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
        rows_of: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in answer:
            rows_of[row[0]].append(self.parts[row[0]].columns(row))
        return {part.name: part.select.rows(rows_of[number]) for number, part in enumerate(self.parts)}


def _type_of(column: Any) -> str:
    written = re.sub(r"\(.*\)", "", str(column.output_field.db_type(connection)))
    return SAME_TYPES.get(written, written)


def _places(types: Sequence[str], common: Sequence[str]) -> list[int]:
    """For each of the `types` the next free column of it."""
    free = {kind: iter([place for place, other in enumerate(common) if other == kind]) for kind in set(types)}
    return [next(free[kind]) for kind in types]


def _empty(kind: str) -> str:
    return f"NULL::{kind}" if connection.vendor == "postgresql" else "NULL"


def _getter(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    # The number of the part comes first.
    if len(places) == 1:
        only = places[0] + 1
        return lambda row: (row[only],)
    return itemgetter(*(place + 1 for place in places))
