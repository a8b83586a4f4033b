"""Several prepared statements that go to the database at once, and cost once what any statement costs.

PostgreSQL takes queries as one message and plans each by itself, in two thirds of the time that it takes to plan a
UNION of them. SQLite takes one statement at a time, and keeps its plan: there they are a UNION ALL.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import Query

from customers.statements.prepared import Shape, Value, filled, is_kept, shape_of, slots_of
from customers.statements.prepared_select import PreparedSelect

Builds = dict[str, Callable[..., QuerySet[Any, Any]]]
Rows = dict[str, list[Any]]


class PreparedTogether:
    """Queries that are called with the same values; they answer with {name: rows}.

    Each puts its rows in order, but who needs an order sorts them: a UNION promises none.
    """

    def __init__(self, **builds: Callable[..., QuerySet[Any, Any]]) -> None:
        self._builds: Builds = builds
        self._written: dict[Shape, _Message | _Union] = {}

    def __call__(self, *values: Value) -> Rows:
        shape = shape_of(values)
        statement = self._written.get(shape) or self._write(shape)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, filled(statement.params, values))
            return statement.rows(cursor)

    def _write(self, shape: Shape) -> _Message | _Union:
        selects = {name: PreparedSelect.of(build(*slots_of(shape))) for name, build in self._builds.items()}
        params = [param for select in selects.values() for param in select.params]
        statement = (_Message if connection.vendor == "postgresql" else _Union)(selects, params)
        if is_kept(shape):
            self._written[shape] = statement
        return statement


@dataclass(frozen=True)
class _Message:
    selects: dict[str, PreparedSelect]
    params: Sequence[Any]

    @cached_property
    def sql(self) -> str:
        return ";\n".join(select.sql for select in self.selects.values())

    def rows(self, cursor: Any) -> Rows:
        rows = {}
        for name, select in self.selects.items():
            rows[name] = select.rows(cursor.fetchall())
            cursor.nextset()
        return rows


@dataclass(frozen=True)
class _Union:
    """Each column has one type, by which SQLite's driver reads it: as many of each as the widest part has."""

    selects: dict[str, PreparedSelect]
    params: Sequence[Any]

    @cached_property
    def sql(self) -> str:
        tables, answers = [], []
        for number, (places, select) in enumerate(zip(self._places, self.selects.values(), strict=True)):
            column_at = {place: f"p{number}.c{column}" for column, place in enumerate(places)}
            columns = [column_at.get(place, "NULL") for place in range(len(self._types))]
            names = ", ".join(f"c{column}" for column in range(len(places)))
            tables.append(f"p{number} ({names}) AS ({select.sql})")
            answers.append(f"SELECT {number}, {', '.join(columns)} FROM p{number}")  # noqa: S608 - numbers
        return f"WITH {', '.join(tables)} {' UNION ALL '.join(answers)}"

    @cached_property
    def _types(self) -> list[str]:
        width: Counter[str] = Counter()
        for select in self.selects.values():
            width |= Counter(map(_type_of, select.columns))
        return [kind for kind, number in sorted(width.items()) for _ in range(number)]

    @cached_property
    def _places(self) -> list[list[int]]:
        """For each part the columns of the union that have its own."""
        return [_first_free(map(_type_of, select.columns), self._types) for select in self.selects.values()]

    def rows(self, cursor: Any) -> Rows:
        rows_of: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
        for number, *row in cursor.fetchall():
            rows_of[number].append([row[place] for place in self._places[number]])
        return {name: select.rows(rows_of[number]) for number, (name, select) in enumerate(self.selects.items())}


def _type_of(column: Any) -> str:
    return str(column.output_field.db_type(connection))


def _first_free(types: Iterable[str], common: Sequence[str]) -> list[int]:
    free = {kind: iter([place for place, other in enumerate(common) if other == kind]) for kind in set(common)}
    return [next(free[kind]) for kind in types]


class PreparedWritesTogether:
    """Updates of several tables that are called with the same values. SQLite does one after the other."""

    def __init__(self, *builds: Callable[..., Query]) -> None:
        self._builds = builds
        self._written: dict[Shape, list[tuple[str, Sequence[Any]]]] = {}

    def __call__(self, *values: Value) -> None:
        shape = shape_of(values)
        statements = self._written.get(shape) or self._write(shape)
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, filled(params, values))

    def _write(self, shape: Shape) -> list[tuple[str, Sequence[Any]]]:
        writes = [build(*slots_of(shape)).get_compiler(connection=connection).as_sql() for build in self._builds]
        if connection.vendor == "postgresql":
            *others, (last, _) = writes
            parts = ", ".join(f"part{n} AS ({sql})" for n, (sql, _) in enumerate(others))
            writes = [(f"WITH {parts} {last}", [param for _, params in writes for param in params])]
        if is_kept(shape):
            self._written[shape] = writes
        return writes
