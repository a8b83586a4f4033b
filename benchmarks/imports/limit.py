"""The limit of an import: the rows that it wrote, written again as fast as the database takes them.

Each table by one INSERT … SELECT from a staging table without indexes, which COPY fills, on SQLite `executemany`. It
reads no file, judges nothing and derives nothing. What the import wrote is deleted before, and PostgreSQL cleans up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from benchmarks.imports.cost import Cost, measured
from benchmarks.large.copies import check_no_keys
from orders.imports.batch.new_rows import position

Rows = Mapping[str, Any]
"""By table: what COPY wrote, or rows."""


def last_rows() -> dict[str, int]:
    """{table: its highest primary key}; what others refer to comes first."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("customers", "orders")]
    highest = {}
    with connection.cursor() as cursor:
        for model in sorted(models, key=position):
            table = model._meta.db_table
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')  # noqa: S608 - tables of ours
            highest[table] = cursor.fetchone()[0]
    return highest


def numbers_of_rows() -> dict[str, int]:
    """{table: its rows}, of every table that there is."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._base_manager.count() for model in models}


def written_again(after: Mapping[str, int]) -> Cost:
    """What it costs. Ends with a message unless each table has as many rows as the import left in it."""
    by_import = numbers_of_rows()
    cost = _written_again(_taken_out(after))
    if differing := dict(numbers_of_rows().items() - by_import.items()):
        raise SystemExit(f"The limit wrote other rows than the import: {differing}")
    return cost


def _written_again(rows: Rows) -> Cost:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in rows:
                cursor.execute(f'VACUUM "{table}"')
    with measured() as cost, transaction.atomic(), connection.cursor() as cursor:
        for table in rows:
            _stage(cursor, table, rows[table])
        for table in rows:
            cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "s_{table}"')  # noqa: S608 - as above
    for table in rows:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE "s_{table}"')
    return cost


@transaction.atomic
def _taken_out(after: Mapping[str, int]) -> Rows:
    rows: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table, pk in after.items():
            if written := _read(cursor, f'SELECT * FROM "{table}" WHERE id > {pk} ORDER BY id'):  # noqa: S608 - as above
                rows[table] = written
        if connection.vendor == "postgresql":
            # Else each customer that goes is looked for in all others, who might be merged into it.
            check_no_keys(cursor)
        for table in rows:
            cursor.execute(f'DELETE FROM "{table}" WHERE id > {after[table]}')  # noqa: S608 - as above
    return rows


def _read(cursor: Any, sql: str) -> Any:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
            return b"".join(bytes(part) for part in copy)
    return connection.connection.execute(sql).fetchall()


def _stage(cursor: Any, table: str, rows: Any) -> None:
    if connection.vendor == "postgresql":
        cursor.execute(f'CREATE TEMP TABLE "s_{table}" (LIKE "{table}")')
        with cursor.copy(f'COPY "s_{table}" FROM STDIN') as copy:
            copy.write(rows)
        return
    cursor.execute(f'CREATE TEMP TABLE "s_{table}" AS SELECT * FROM "{table}" WHERE 0')  # noqa: S608 - as above
    places = ", ".join("?" * len(rows[0]))
    connection.connection.executemany(f'INSERT INTO "s_{table}" VALUES ({places})', rows)  # noqa: S608 - as above
