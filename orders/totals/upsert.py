"""Adding rows to rows that may be there already, in one statement: how every roll-up is written."""

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
    """Add `rows` to the rows of `model` that have the same `key`, in one statement; `also` sets what is no sum.

    The rows come in the order of their key, so that two acts on the same ones cannot deadlock.
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
