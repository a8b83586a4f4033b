"""Statements that Django writes once and runs often.

Building a query takes Django ten times as long as the database takes to answer it. The statements of frequent acts are
built the first time; after that only their values are sent. All other queries are plain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import DeleteQuery, Query, UpdateQuery

from customers.database.replica import reading_connection
from customers.lib.batches import batches
from customers.statements.bulk import PLAIN
from customers.statements.prepared_select import PreparedSelect

Row = TypeVar("Row")
Value = int | str | None | Sequence[int] | Sequence[str]
Shape = tuple[int | None, ...]
"""The length of every value, None for a single one. There is one statement for each shape."""
OnConflict = Mapping[type[Model], str]
"""What is done where a row is there already, by model: the clause behind ON CONFLICT."""
NO_CONFLICTS: OnConflict = {}
MOST_KEPT = 100
"""A statement for more values than this is rare, and built again every time."""


class Prepared(Generic[Row]):
    """A query, called with the values that `build` puts into its conditions: it answers with a list of its rows.

    An empty collection gives no rows.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._written: dict[Shape, PreparedSelect] = {}

    def __call__(self, *values: Value) -> list[Row]:
        shape = shape_of(values)
        if 0 in shape:
            return []
        select = self._written.get(shape) or self._write(shape)
        with reading_connection().cursor() as cursor:
            cursor.execute(select.sql, filled(select.params, values))
            return select.rows(cursor.fetchall())

    def _write(self, shape: Shape) -> PreparedSelect:
        select = PreparedSelect.of(self._build(*slots_of(shape)))
        if is_kept(shape):
            self._written[shape] = select
        return select


class PreparedWrite:
    """An update or a deletion, called with the values that `build` puts into it; it counts the rows."""

    def __init__(self, build: Callable[..., Query]) -> None:
        self._build = build
        self._written: dict[Shape, tuple[str, Sequence[Any]]] = {}

    def __call__(self, *values: Value) -> int:
        shape = shape_of(values)
        if 0 in shape:
            return 0
        sql, params = self._written.get(shape) or self._write(shape)
        with connection.cursor() as cursor:
            cursor.execute(sql, filled(params, values))
            return int(cursor.rowcount)

    def _write(self, shape: Shape) -> tuple[str, Sequence[Any]]:
        sql, params = self._build(*slots_of(shape)).get_compiler(connection=connection).as_sql()
        written = (sql, params)
        if is_kept(shape):
            self._written[shape] = written
        return written


def updating(rows: QuerySet[Any], **columns: Any) -> Query:
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(columns)
    return cast(Query, query)


def deleting(rows: QuerySet[Any]) -> Query:
    # No other table may refer to the rows.
    return rows.query.chain(DeleteQuery)


def insert(*rows: Model, on_conflict: OnConflict = NO_CONFLICTS) -> None:
    """Insert `rows`, BATCH in a statement, and give each its primary key.

    PostgreSQL takes rows of several tables, of which none refers to another, in one statement; SQLite takes one
    statement for each table. Rows of a table that `on_conflict` has a clause for get no primary keys.
    """
    for batch in batches(rows):
        tables = _by_table(batch)
        for together in [tables] if connection.vendor == "postgresql" else [[table] for table in tables]:
            _insert(together, on_conflict)


def _by_table(rows: Iterable[Model]) -> list[list[Model]]:
    tables: defaultdict[type[Model], list[Model]] = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    return list(tables.values())


def _insert(tables: Sequence[Sequence[Model]], on_conflict: OnConflict) -> None:
    values = [read(row) for table in tables for row in table for read in _readers(type(row))]
    answering = [row for table in tables if type(table[0]) not in on_conflict for row in table]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(tuple(_Insertion.of(table, on_conflict) for table in tables)), values)
        answers = cursor.fetchall() if answering else []
    for row, (_, pk, *times) in zip(answering, answers, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
        for field, time in zip(_made_by_database(type(row)), times, strict=False):
            setattr(row, field.attname, _read(field, time))


@cache
def _readers(model: type[Model]) -> list[Callable[[Model], Any]]:
    """For each column what reads the value to send from a row."""
    return [_reader(field) for field in _columns(model)]


def _reader(field: Any) -> Callable[[Model], Any]:
    # Django's fields would look at each number and text, only to send it as it is.
    if field.get_internal_type() in PLAIN and not field.has_db_default():
        return attrgetter(field.attname)
    return partial(_value, field)


def _value(field: Any, row: Model) -> Any:
    """None where the database is to make it."""
    value = field.pre_save(row, add=True)
    return None if isinstance(value, DatabaseDefault) else field.get_db_prep_save(value, connection)


def _read(field: Any, value: Any) -> Any:
    column = field.cached_col
    for converter in connection.ops.get_db_converters(column):
        value = converter(value, column, connection)
    return value


@cache
def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


@cache
def _made_by_database(model: type[Model]) -> list[Any]:
    """The times that the database makes where none is given."""
    return [field for field in _columns(model) if _is_made_by_database(field)]


def _is_made_by_database(field: Any) -> bool:
    return bool(field.has_db_default() and not field.has_default())


class _Insertion(NamedTuple):
    """Of so many rows into one table."""

    model: type[Model]
    rows: int
    on_conflict: str

    @classmethod
    def of(cls, table: Sequence[Model], on_conflict: OnConflict) -> "_Insertion":
        model = type(table[0])
        return cls(model, len(table), on_conflict.get(model, ""))


@lru_cache
def _insertion(tables: tuple[_Insertion, ...]) -> str:
    times = max(len(_made_by_database(table.model)) for table in tables)
    insertions = [_insertion_into(n, table, times) for n, table in enumerate(tables)]
    if len(insertions) == 1:
        return insertions[0]
    columns = ", ".join(["part", "key", *(f"time{n}" for n in range(times))])
    answering = [n for n, table in enumerate(tables) if not table.on_conflict]
    named = (f"part{n} ({columns})" if n in answering else f"part{n}" for n in range(len(tables)))
    parts = ", ".join(f"{name} AS ({insertion})" for name, insertion in zip(named, insertions, strict=True))
    answers = " UNION ALL ".join(f"SELECT {columns} FROM part{n}" for n in answering)  # noqa: S608 - numbers
    return f"WITH {parts} {f'{answers} ORDER BY part, key' if answers else 'SELECT'}"


def _insertion_into(part: int, table: _Insertion, times: int) -> str:
    model, quote = table.model, connection.ops.quote_name
    columns = [quote(field.column) for field in _columns(model)]
    places = f"({', '.join(_place(field) for field in _columns(model))})"
    returned = [quote(field.column) for field in (model._meta.pk, *_made_by_database(model)) if field]
    returned += ["NULL::timestamptz"] * (times - len(returned) + 1)  # all parts are as wide
    clause = table.on_conflict
    ending = f"ON CONFLICT {clause}" if clause else f"RETURNING {part}, {', '.join(returned)}"
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)})"  # noqa: S608 - only names of ours
        f" VALUES {', '.join([places] * table.rows)} {ending}"
    )


def _place(field: Any) -> str:
    if not _is_made_by_database(field):
        return "%s"
    sql, _ = Query(None).get_compiler(connection=connection).compile(field.db_default)
    return f"COALESCE(%s, {sql})"


class Slot(Expression):
    """Where one of the values goes."""

    def __init__(self, number: int, length: int | None) -> None:
        super().__init__()
        self.number, self.length = number, length

    @property
    def place(self) -> "Place":
        """For SQL that is written by hand."""
        return Place(self.number)

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


def shape_of(values: Iterable[Value]) -> Shape:
    return tuple(None if value is None or isinstance(value, int | str) else len(value) for value in values)


def is_kept(shape: Shape) -> bool:
    return sum(length or 1 for length in shape) <= MOST_KEPT


def slots_of(shape: Shape) -> Iterator[Slot]:
    return (Slot(number, length) for number, length in enumerate(shape))


def filled(params: Iterable[Any], values: Sequence[Value]) -> list[Any]:
    return [param.of(values) if isinstance(param, Place) else param for param in params]
