"""What is remembered of rows that are deleted: by which kind and key API clients know them.

One statement for each table, for any number of rows.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast

from customers.models import DeletedRow
from customers.models.functions import Now


def remember(rows: QuerySet[Any]) -> None:
    """Call it before `rows` are deleted; for a table that API clients keep no copy of it does nothing."""
    known_as = getattr(rows.model, "known_as", None)
    if known_as is None:
        return
    kind, key = known_as
    selected = rows.order_by().values_list(
        Cast(Value(kind), CharField()),
        Cast(F(key), CharField()),
        F("uuid") if hasattr(rows.model, "uuid") else Cast(Value(""), CharField()),
        Cast(Now(), DateTimeField()),
    )
    sql, values = selected.query.get_compiler(rows.db).as_sql()
    table = connection.ops.quote_name(DeletedRow._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (kind, key, uuid, at) {sql}", values)
