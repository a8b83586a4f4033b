"""What all tables hold, as a number of rows and a sum of digests for each: equal only while every row is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import connection

OF_EACH_IMPORT = {"orders_import", "orders_importrow", "orders_importsample"}
OF_WORK = ("jobs_", "django_", "auth_permission", "axes_")
"""Jobs and the clock itself, sessions and what Django keeps."""
BY_THE_CLOCK = {
    *("customers_evidencekey", "customers_evidencepair", "customers_evidenceprogress", "customers_historyreader"),
    *("customers_likelypair", "customers_likelyscan", "customers_countedmerges", "customers_mergecount"),
    *("customers_filtercombination", "customers_combinationmember", "customers_filterprogress"),
}
"""What the clock of the worker derives from customers meanwhile, and how far it is."""
COLUMNS_BY_THE_CLOCK = {"customers_sharedvalue": {"rank"}}

Contents = Mapping[str, tuple[int, str]]


def contents() -> Contents:
    """{table: number of its rows, sum of their digests}, whatever their order on the disk."""
    models = [model for model in apps.get_models(include_auto_created=True) if _is_compared(model._meta.db_table)]
    return {model._meta.db_table: _content_of(model) for model in models}


def _is_compared(table: str) -> bool:
    return table not in OF_EACH_IMPORT | BY_THE_CLOCK and not table.startswith(OF_WORK)


def _content_of(model: Any) -> tuple[int, str]:
    table = model._meta.db_table
    left_out = COLUMNS_BY_THE_CLOCK.get(table, set())
    columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields if field.column not in left_out]
    rows = f'SELECT {", ".join(columns)} FROM "{table}"'  # noqa: S608 - tables and columns of ours
    if connection.vendor == "postgresql":
        digest = "sum(('x' || substr(md5(of_table::text), 1, 16))::bit(64)::bigint::numeric)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), coalesce({digest}, 0) FROM ({rows}) AS of_table")  # noqa: S608 - as above
            number, total = cursor.fetchone()
            return number, str(total)
    digests = [
        hashlib.md5(repr(row).encode(), usedforsecurity=False).digest() for row in connection.cursor().execute(rows)
    ]
    return len(digests), str(sum(int.from_bytes(digest[:8]) for digest in digests))
