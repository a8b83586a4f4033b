"""What a source record takes in the database of DATABASE_URL, how deep indexes get with more, and what a split costs.

Nothing is changed: copies of tables are made in a transaction that is rolled back. Fill the database first:

DATABASE_URL=postgres://… python -m benchmarks.scaling
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import django

django.setup()

from django.db import connection, transaction

MILLIONS = (10, 100, 1000)
PARTS = 32
LOOKUPS = 50

SIZES = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC
"""
INDEXES = """
    SELECT relname, reltuples::bigint, relpages, (bt_metap(relname::text)).level FROM pg_class
    JOIN pg_am ON pg_am.oid = relam AND amname = 'btree'
    WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace AND relname = ANY(%s)
"""
NAMED = ["matchkey_value", "customers_sourcerecord_pkey", "orders_order_pkey", "event_by_at"]


def main() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pageinspect")
        cursor.execute("SELECT count(*) FROM customers_sourcerecord")
        [(records,)] = cursor.fetchall()
        _say(f"{records:,} source records")
        for line in (*_sizes(cursor, records), *_depths(cursor, records), *_splits(cursor)):
            _say(line)
        transaction.set_rollback(True)


def _sizes(cursor: Any, records: int) -> Iterator[str]:
    """Bytes of a source record with all that hangs off it, by table, and of all at the sizes that are asked about."""
    cursor.execute(SIZES)
    sizes = cursor.fetchall()
    for name, table, indexes in sizes[:12]:
        yield f"{name}: {table / records:,.0f} + {indexes / records:,.0f} bytes of indexes a record"
    whole, in_indexes = (sum(row[column] for row in sizes) / records for column in (1, 2))
    yield f"all: {whole:,.0f} + {in_indexes:,.0f} bytes a record"
    for millions in MILLIONS:
        yield f"{millions:,} million: {millions * 1e6 * (whole + in_indexes) / 2**30:,.0f} GiB"


def _depths(cursor: Any, records: int) -> Iterator[str]:
    """Levels above the leaves, measured, and as many as more rows need with pages that are as full."""
    cursor.execute(INDEXES, [NAMED])
    for name, rows, pages, level in cursor.fetchall():
        if not rows:
            continue
        of_page = rows / pages
        deeper = [_levels(rows / records * millions * 1e6, of_page) for millions in MILLIONS]
        formula = _levels(rows, of_page)
        yield f"{name}: {of_page:.0f} rows a page, {level} levels (by the same formula {formula}), then {deeper}"


def _levels(rows: float, of_page: float) -> int:
    return max(math.ceil(math.log(max(rows, 2), of_page)) - 1, 0)


def _splits(cursor: Any) -> Iterator[str]:
    """Pages that are read to find who has a match key, in one table and in tables split by record or by value."""
    cursor.execute("SELECT kind, value FROM customers_matchkey ORDER BY random() LIMIT %s", [LOOKUPS])
    keys = cursor.fetchall()
    yield f"one table: {_cost(cursor, 'customers_matchkey', keys)}"
    for column in ("source_record_id", "value"):
        name = f"scaling_by_{column}"
        cursor.execute(f"CREATE TABLE {name} (LIKE customers_matchkey) PARTITION BY HASH ({column})")
        for part in range(PARTS):
            values = f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            cursor.execute(f"CREATE TABLE {name}_{part} PARTITION OF {name} {values}")
        cursor.execute(f"INSERT INTO {name} SELECT * FROM customers_matchkey")  # noqa: S608 - a table of ours
        cursor.execute(f"CREATE INDEX ON {name} (kind, value)")
        cursor.execute(f"ANALYZE {name}")
        yield f"{PARTS} parts by {column}: {_cost(cursor, name, keys)}"


def _cost(cursor: Any, table: str, keys: Sequence[tuple[str, str]]) -> str:
    """Of a lookup: parts that are asked, pages that are read, and pages read to plan it."""
    parts = pages = planning = 0
    for key in keys:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {table} WHERE kind = %s AND value = %s",  # noqa: S608 - as above
            key,
        )
        [(answer,)] = cursor.fetchall()
        [explained] = json.loads(answer) if isinstance(answer, str) else answer
        parts += sum("Relation Name" in node for node in _nodes(explained["Plan"]))
        pages += explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"]
        planning += explained.get("Planning", {}).get("Shared Hit Blocks", 0)
    return f"{parts / len(keys):.0f} parts, {pages / len(keys):.0f} pages, {planning / len(keys):.0f} to plan"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
