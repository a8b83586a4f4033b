"""Adding sums to rows that may exist already, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models


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
    adapt = connection.ops.adapt_datetimefield_value
    values = [adapt(value) if isinstance(value, datetime) else value for row in rows for value in row]
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    sql = f"""
        INSERT INTO {table} ({", ".join(columns)})
        VALUES {", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(rows))}
        ON CONFLICT ({", ".join(key)}) DO UPDATE SET {added}{also.format(table=table)}
    """  # noqa: S608 - only names from the modules of totals are put into the text
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
