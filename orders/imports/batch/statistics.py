"""Statistics of a new database, by which PostgreSQL plans what each chunk reads.

It makes them by itself a minute later, and only from then on does it know that an index finds a row of a million: until
then every chunk would read the whole of what those before it wrote.
"""

from __future__ import annotations

from django.db import connection

from customers.models import Customer, MatchKey, ProfileChange, SourceRecord
from orders.models import ImportRow, Order

READ_BY_CHUNKS = (Customer, SourceRecord, MatchKey, ProfileChange, ImportRow, Order)

WITHOUT = """SELECT name FROM unnest(%s::text[]) AS name
    WHERE NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = current_schema() AND tablename = name) ORDER BY name"""


def make_statistics() -> list[str]:
    """Of the tables that have none; their names. SQLite takes an index without any."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT, [[model._meta.db_table for model in READ_BY_CHUNKS]])
        tables = [name for (name,) in cursor.fetchall()]
        if tables:
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")
    return tables
