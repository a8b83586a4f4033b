"""Updating rows that are at hand: what `save(update_fields=…)` writes, by a statement that is built once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from django.db import connection
from django.db.models import Model

Change = tuple[Model, Sequence[str]]
"""A row, and the names of the fields that are written."""


def update(*changes: Change) -> None:
    """Write the fields of each row. PostgreSQL takes all rows, no row twice, in one statement; SQLite one for each."""
    if changes and connection.vendor == "postgresql":
        _update(changes)
    else:
        for change in changes:
            _update([change])


def _update(changes: Sequence[Change]) -> None:
    sql = _statement(tuple((type(row), tuple(names)) for row, names in changes))
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for row, names in changes for value in _values(row, names)])


def _values(row: Model, names: Sequence[str]) -> Iterator[Any]:
    for name in names:
        field: Any = row._meta.get_field(name)
        yield field.get_db_prep_save(field.pre_save(row, add=False), connection)
    yield row.pk


@lru_cache
def _statement(tables: tuple[tuple[type[Model], tuple[str, ...]], ...]) -> str:
    *others, last = (_update_of(model, names) for model, names in tables)
    parts = ", ".join(f"part{n} AS ({sql})" for n, sql in enumerate(others))
    return f"WITH {parts} {last}" if others else last


def _update_of(model: type[Model], names: Sequence[str]) -> str:
    quote, options = connection.ops.quote_name, cast(Any, model._meta)
    columns = ", ".join(f"{quote(options.get_field(name).column)} = %s" for name in names)
    return f"UPDATE {quote(options.db_table)} SET {columns} WHERE {quote(options.pk.column)} = %s"  # noqa: S608 - only names of ours
