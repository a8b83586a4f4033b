"""Writing many rows of several tables: by COPY on PostgreSQL, one after the other by one statement on SQLite.

The rows have their primary keys, or get them from the database and do not learn of them. A column that the database
fills where no value is given is left to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

PLAIN = {
    *("AutoField", "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "ForeignKey", "IntegerField"),
    *("PositiveBigIntegerField", "PositiveIntegerField", "TextField"),
}
"""Fields whose values are stored as they are in Python, without a look at each."""

REPEATED = {"DecimalField", "DateTimeField"}
"""Fields of which many rows have the same value, whose text is the same for all values that are equal."""

EMPTY: Mapping[type, str] = {dict: "{}", list: "[]"}

Converters = Sequence[tuple[int, Callable[[Any], Any]]]
"""(place, how the value there is stored)."""


class Rows(NamedTuple):
    """Rows of one table, which are made when they are written; `names` are its columns.

    Plain rows are tuples of whole numbers and texts: they go to COPY as one text where nothing has to be escaped.
    """

    model: type[Model]
    names: Sequence[str]
    values: Iterable[Sequence[Any]]
    are_plain: bool = False


def write_tables(tables: Iterable[Rows], *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """One table after the other.

    While PostgreSQL still works at one, the rows of the next are made, and while it works at the last, `meanwhile` is
    called. Neither may ask the database for anything by this connection.
    """
    with ExitStack() as before:
        for table in tables:
            if rows := list(table.values):
                _write(table, rows, before)
        meanwhile()


def write_rows(rows: Sequence[Model]) -> None:
    if rows:
        write_tables([rows_of(rows)])


def _write(table: Rows, rows: Sequence[Sequence[Any]], before: ExitStack) -> None:
    """`before` ends the COPY before, and then the one that is begun here."""
    if connection.vendor == "postgresql":
        text = plain_text(rows, len(table.names)) if table.are_plain else ""
        before.close()
        copy = before.enter_context(_copying(table.model, table.names))
        if text:
            copy.write(text)
        else:
            for row in rows:
                copy.write_row(row)
    else:
        columns = ", ".join(map(connection.ops.quote_name, table.names))
        name = connection.ops.quote_name(table.model._meta.db_table)
        places = ", ".join(["%s"] * len(table.names))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", rows)  # noqa: S608 - only names of ours


def plain_text(rows: Sequence[Sequence[Any]], columns: int) -> str:
    """The rows as COPY reads them, in a third of the time of the driver; "" where a text has to be escaped."""
    line = "\t".join(["%s"] * columns) + "\n"
    text = "".join([line % row for row in rows])
    has_marks = text.count("\t") != len(rows) * (columns - 1) or text.count("\n") != len(rows)
    return "" if has_marks or "\\" in text or "\r" in text else text


@contextmanager
def _copying(model: type[Model], names: Sequence[str]) -> Iterator[Any]:
    """What the database refuses, such as a taken number, is an error of Django: acts are tried again by that."""
    columns = ", ".join(map(connection.ops.quote_name, names))
    sql = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        yield copy


def rows_of(rows: Sequence[Model]) -> Rows:
    """`rows` of one table, at least one, all with a primary key or none of them."""
    model = type(rows[0])
    fields = [field for field in model._meta.local_concrete_fields if _is_given(field, rows[0])]
    return Rows(model, [str(field.column) for field in fields], _values(fields, rows))


def copies(template: Model, names: Sequence[str], values: Iterable[Sequence[Any]]) -> Rows:
    """Rows as the unsaved `template`, but for the columns `names`, of which they have `values`.

    What must be another one in each row and has a default, such as a uuid, is made for each.
    """
    model = type(template)
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    others = [field for name, field in fields.items() if name not in names]
    makers = [field.get_default for field in others if _is_made(field)]
    given = [field for field in others if not _is_made(field) and _is_given(field, template)]
    values_of = _converted([getattr(template, field.attname) for field in given], _converters(given))
    # A column that is left out is NULL by itself, unless the database has another default for it.
    same = {f: value for f, value in zip(given, values_of, strict=True) if value is not None or f.has_db_default()}
    written = [*(fields[name] for name in names), *filter(_is_made, others), *same]
    last = tuple(same.values())
    converters = _converters([fields[name] for name in names])
    rows = ((*_converted(row, converters), *(make() for make in makers), *last) for row in values)
    return Rows(model, [str(field.column) for field in written], rows)


def _is_made(field: Any) -> bool:
    return bool(field.unique and field.has_default())


def _is_given(field: Any, row: Model) -> bool:
    value = getattr(row, field.attname)
    return not (isinstance(value, DatabaseDefault) or (field.primary_key and value is None))


def _values(fields: Sequence[Any], rows: Iterable[Model]) -> Iterator[Sequence[Any]]:
    """Those that are stored otherwise than they are in Python are converted, the others taken all at once."""
    read = itemgetter(*(field.attname for field in fields))
    converters = _converters(fields)
    return (_converted(read(vars(row)), converters) for row in rows)


def _converters(fields: Sequence[Any]) -> Converters:
    return [(n, convert) for n, field in enumerate(fields) if (convert := _converter(field))]


def _converted(row: Sequence[Any], converters: Converters) -> Sequence[Any]:
    if not converters:
        return row
    values = [*row]
    for n, convert in converters:
        values[n] = convert(values[n])
    return values


def _converter(field: Any) -> Callable[[Any], Any] | None:
    kind = field.get_internal_type()
    if getattr(field, "auto_now", False):
        return lambda _: _for_database(field, timezone.now())
    if kind == "JSONField":
        return _json
    if connection.vendor == "postgresql" or kind in PLAIN:
        return None
    convert = partial(_for_database, field)
    return lru_cache(1000)(convert) if kind in REPEATED else convert


def _json(value: Any) -> str | None:
    """Most are empty."""
    if value is None:
        return None
    return json.dumps(value) if value else EMPTY.get(type(value)) or json.dumps(value)


def _for_database(field: Any, value: Any) -> Any:
    return value if connection.vendor == "postgresql" else field.get_db_prep_save(value, connection)
