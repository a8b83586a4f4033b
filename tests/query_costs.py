"""What something costs in statements and in rows, on either database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from customers.lib.pages import PAGE
from customers.models import Customer, MatchKey, SourceRecord
from customers.records.registry import linked_models
from tests.factories import DataSourceFactory

on_sqlite = connection.vendor == "sqlite"


@dataclass
class Cost:
    statements: int = 0
    written: int = 0
    read: int = 0
    """Rows of linked tables on PostgreSQL; on SQLite steps of its machine."""
    queries: list[str] = field(default_factory=list)


@contextmanager
def measured() -> Iterator[Cost]:
    cost = Cost()

    def count_rows(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not on_sqlite and sql.startswith(("INSERT", "UPDATE", "DELETE", "WITH part")):
            cost.written += context["cursor"].rowcount
        return result

    written, read = rows_written(), rows_read()
    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(count_rows), steps(cost):
        yield cost
    cost.queries = [query["sql"] for query in queries]
    cost.statements = len(queries)
    cost.written += rows_written() - written
    cost.read += rows_read() - read


def on(*, sqlite: int, postgresql: int) -> int:
    """PostgreSQL takes rows of several tables in one statement, and needs some for its locks."""
    return sqlite if on_sqlite else postgresql


def rows_written() -> int:
    return connection.connection.total_changes if on_sqlite else 0


def rows_read() -> int:
    if on_sqlite:
        return 0
    tables = [model._meta.db_table for model in linked_models()]
    sql = (
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_all_tables"
        " WHERE relname = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [tables])
        return int(cursor.fetchone()[0])


@contextmanager
def steps(cost: Cost) -> Iterator[None]:
    def step() -> None:
        cost.read += 1

    if on_sqlite:
        connection.connection.set_progress_handler(step, 1)
    yield
    if on_sqlite:
        connection.connection.set_progress_handler(None, 1)


def analyze() -> None:
    """Let the database know what is in its tables: all of it, since a plan may hang on which rows a sample draws."""
    with connection.cursor() as cursor:
        if not on_sqlite:
            cursor.execute("SET LOCAL default_statistics_target = 1000")  # 300 rows each: 300,000 rows of a table
        cursor.execute("ANALYZE")


def cost_of(page: QuerySet) -> int:
    with measured() as cost:
        assert len(page) == PAGE
    return cost.read


def nodes(explained: str) -> Iterator[dict]:
    def below(node: dict) -> Iterator[dict]:
        yield node
        for child in node.get("Plans", ()):
            yield from below(child)

    return below(json.loads(explained)[0]["Plan"])


def nodes_of(sql: str) -> list[dict]:
    """The parts of the plan of a statement on PostgreSQL, or of several that are sent at once."""
    found: list[dict] = []
    with connection.cursor() as cursor:
        for statement in sql.split(";\n"):
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}".replace("%", "%%"), ())
            found += nodes(json.dumps(cursor.fetchone()[0]))
    return found


def plan_of(sql: str) -> str:
    """How the database means to answer a statement, with whatever it knows of the tables."""
    lines: list[str] = []
    with connection.cursor() as cursor:
        for statement in sql.split(";\n"):
            cursor.execute(f"{'EXPLAIN QUERY PLAN' if on_sqlite else 'EXPLAIN'} {statement}".replace("%", "%%"), ())
            lines += (str(row) for row in cursor.fetchall())
    return "\n".join(lines)


def strangers(number: int, source_name: str = "Strangers") -> None:
    """So many customers of one data source with an email and a phone of their own."""
    source = DataSourceFactory(name=source_name)
    start = Customer.objects.count()
    customers = Customer.objects.bulk_create(Customer(first_name=f"Stranger {start + n}") for n in range(number))
    records = SourceRecord.objects.bulk_create(
        SourceRecord(origin=customer, customer=customer, data_source=source, email=f"{customer.pk}@x.cz")
        for customer in customers
    )
    MatchKey.objects.bulk_create(
        MatchKey(source_record=record, kind=kind, value=value)
        for record in records
        for kind, value in {
            "email": f"email {record.pk}@x.cz",
            "phone": f"+9990{record.pk}",
            "digits": f"0{record.pk}",
        }.items()
    )
    analyze()
