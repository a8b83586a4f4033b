"""Statements that Django writes once and runs often.

To build a query takes Django ten times as long as the database needs to answer it. What the most frequent acts ask is
built the first time; after that only the values are sent. Everything else is a plain query.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import DeleteQuery, Query, UpdateQuery

Row = TypeVar("Row")
Value = int | str | None | Sequence[int]
Shape = tuple[int | None, ...]
"""Of each value how many numbers it is, None when it is a single one: a statement is written for each shape."""


class Slot(Expression):
    """Where one of the values goes."""

    def __init__(self, number: int, length: int | None) -> None:
        super().__init__()
        self.number, self.length = number, length

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.length is None:
            return "%s", [Place(self.number)]
        return f"({', '.join(['%s'] * self.length)})", [Place(self.number, position) for position in range(self.length)]


class Place(NamedTuple):
    """A parameter that is a value, or the one at a `position` of a collection."""

    number: int
    position: int | None = None

    def of(self, values: Sequence[Value]) -> Any:
        value: Any = values[self.number]
        return value if self.position is None else value[self.position]


class Prepared(Generic[Row]):
    """A query, called with the values that `build` puts into its conditions: it answers with a list of its rows."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._written: dict[Shape, tuple[QuerySet[Any, Row], Any, str, Sequence[Any]]] = {}

    def __call__(self, *values: Value) -> list[Row]:
        shape = _shape(values)
        if 0 in shape:
            return []
        if shape not in self._written:
            queryset = self._build(*_slots(shape))
            compiler = queryset.query.get_compiler(using=queryset.db)
            self._written[shape] = (queryset, compiler, *compiler.as_sql())
        queryset, compiler, sql, params = self._written[shape]
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, values))
            rows = cursor.fetchall()
        iterable: Any = queryset._iterable_class
        return [*iterable(_as_queryset(queryset, _Answered(compiler, rows)))]


class PreparedWrite:
    """An update or a deletion, called with the values that `build` puts into it; it counts the rows."""

    def __init__(self, build: Callable[..., Query]) -> None:
        self._build = build
        self._written: dict[Shape, tuple[str, Sequence[Any]]] = {}

    def __call__(self, *values: Value) -> int:
        shape = _shape(values)
        if 0 in shape:
            return 0
        if shape not in self._written:
            self._written[shape] = self._build(*_slots(shape)).get_compiler(connection=connection).as_sql()
        sql, params = self._written[shape]
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(params, values))
            return int(cursor.rowcount)


def updating(rows: QuerySet[Any], **columns: Any) -> Query:
    """What `rows.update()` would run."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(columns)
    return cast(Query, query)


def deleting(rows: QuerySet[Any]) -> Query:
    """What `rows.delete()` would run, for a table to which no other refers."""
    return rows.query.chain(DeleteQuery)


def insert(*rows: Model, on_conflict: str = "") -> None:
    """Insert `rows` of one table in one statement, and give each its primary key.

    With a clause of what to do `on_conflict`, where a constraint forbids one, no primary keys are known afterwards.
    """
    if not rows:
        return
    model = type(rows[0])
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in _columns(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, len(rows), on_conflict), values)
        keys = [] if on_conflict else cursor.fetchall()
    for row, (pk,) in zip(rows, keys, strict=False):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias


@cache
def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


@cache
def _insertion(model: type[Model], rows: int, on_conflict: str) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in _columns(model)]
    places = f"({', '.join(['%s'] * len(columns))})"
    ending = f"ON CONFLICT {on_conflict}" if on_conflict else f"RETURNING {quote(str(model._meta.pk.column))}"
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)})"  # noqa: S608 - only names of ours
        f" VALUES {', '.join([places] * rows)} {ending}"
    )


class _Answered:
    """What a queryset asks of its query, once the rows are there."""

    def __init__(self, compiler: Any, rows: list[Any]) -> None:
        self.compiler, self.rows = compiler, rows

    def get_compiler(self, using: str) -> Any:
        return self

    def execute_sql(self, *args: Any, **options: Any) -> list[list[Any]]:
        return [self.rows]

    def results_iter(self, results: Iterable[Any] | None = None, **options: Any) -> Iterator[Any]:
        return iter(self.compiler.results_iter([self.rows], **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiler, name)


def _as_queryset(queryset: QuerySet[Any, Any], query: _Answered) -> Any:
    return SimpleNamespace(model=queryset.model, db=queryset.db, query=query, _known_related_objects={})


def _shape(values: Iterable[Value]) -> Shape:
    return tuple(None if value is None or isinstance(value, int | str) else len(value) for value in values)


def _slots(shape: Shape) -> Iterator[Slot]:
    return (Slot(number, length) for number, length in enumerate(shape))


def _filled(params: Iterable[Any], values: Sequence[Value]) -> list[Any]:
    return [param.of(values) if isinstance(param, Place) else param for param in params]
