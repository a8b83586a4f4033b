"""Adding sums to rows that may exist already, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from customers.statements.among import array_of


def upsert_sums(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: Sequence[str],
    sums: Sequence[str],
    also: str = "",
) -> None:
    """Insert `rows`, or add their `sums` to the rows of `model` with the same `key`.

    `also` is SQL for columns other than sums. The caller sorts the rows by key, so that two acts on the same
    rows cannot deadlock.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    conflict = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}{also.format(table=table)}"
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # An array for each column, because a place for each value takes longer to write than the rows.
            arrays = ", ".join(f"%s::{_type(model, name)}[]" for name in columns)
            values = [*map(_array, zip(*rows, strict=True))]
            cursor.execute(f"{into} SELECT * FROM unnest({arrays}) {conflict}", values)  # noqa: S608 - only names of ours
        else:
            places = ", ".join(["%s"] * len(columns))
            adapt = connection.ops.adapt_datetimefield_value
            values = [[adapt(value) if isinstance(value, datetime) else value for value in row] for row in rows]
            cursor.executemany(f"{into} VALUES ({places}) {conflict}", values)


def _array(column: tuple[Any, ...]) -> Any:
    return list(column) if None in column else array_of(column)


@cache
def _type(model: type[models.Model], column: str) -> str:
    return next(str(field.db_type(connection)) for field in model._meta.concrete_fields if field.column == column)
