"""Writing many rows of several tables: by COPY on PostgreSQL, by long INSERTs on SQLite.

The rows have their primary keys, or get them from the database and do not learn of them. A column that the database
fills where no value is given is left to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model
from django.db.models.expressions import DatabaseDefault

MOST_VALUES = 30_000
"""In one INSERT: SQLite takes 32,766."""


def write_rows(rows: Sequence[Model]) -> None:
    """`rows` of one table, all with a primary key or none of them."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.local_concrete_fields if _is_given(field, rows[0])]
    readers = [_reader(field) for field in fields]
    write_values(model, [str(field.column) for field in fields], ([read(row) for read in readers] for row in rows))


def write_values(model: type[Model], names: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """Rows of numbers and texts, of which a model for each would cost more than the row; `names` are the columns."""
    columns = ", ".join(map(connection.ops.quote_name, names))
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({columns}) FROM STDIN", values)
    else:
        _insert(f"INSERT INTO {table} ({columns}) VALUES ", values, len(names))  # noqa: S608 - only names of ours


def _is_given(field: Any, row: Model) -> bool:
    value = getattr(row, field.attname)
    return not (isinstance(value, DatabaseDefault) or (field.primary_key and value is None))


def _reader(field: Any) -> Callable[[Model], Any]:
    if connection.vendor != "postgresql":
        return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)
    if isinstance(field, JSONField):
        return lambda row: json.dumps(getattr(row, field.attname))
    if getattr(field, "auto_now", False):
        return lambda row: field.pre_save(row, add=True)
    return attrgetter(field.attname)


def _copy(sql: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(sql: str, rows: Iterable[Sequence[Any]], width: int) -> None:
    left, place = iter(rows), f"({', '.join(['%s'] * width)})"
    with connection.cursor() as cursor:
        while batch := list(islice(left, MOST_VALUES // width)):
            cursor.execute(sql + ", ".join([place] * len(batch)), [value for row in batch for value in row])
