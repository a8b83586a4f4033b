"""How many customers and orders a second an import writes, and the ratio to the limit of PostgreSQL.

    DATABASE_URL=postgres://… python -m benchmarks.imports [--rows 10000]

The limit writes the same rows in the same run: COPY of each table into a staging table without indexes, and one
INSERT … SELECT from it. It reads no file, judges nothing and derives nothing. The benchmark works in a database of its
own, made and dropped as tests do.
"""

import argparse
import csv
import io
import sys
import time

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, transaction

from customers.models import DataSource
from orders.imports import stored_file
from orders.imports.columns.guess import guess
from orders.imports.files.table import open_table
from orders.imports.run import import_rows
from orders.imports.stored_file import create_import
from orders.models import Import

CUSTOMERS = ["Customer ID", "First name", "Last name", "Email", "Phone", "City", "Country"]
ORDERS = ["Order ID", *CUSTOMERS, "Order date", "Currency", "Total", "Product", "Quantity", "Price"]
GREEK = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")


def person(number: int) -> list[str]:
    name = f"{GREEK[number % 10]}{GREEK[number // 10 % 10].lower()}"
    phone = f"+1 817 {200 + number % 700:03} {number % 10000:04}"
    return [f"c{number}", name, f"Person{number}", f"person{number}@example.com", phone, "Fort Worth", "US"]


def file_of(header: list[str], rows: list[list[str]]) -> ContentFile:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return ContentFile(text.getvalue().encode(), "rows.csv")


def customers(number: int) -> ContentFile:
    return file_of(CUSTOMERS, [person(n) for n in range(number)])


def orders(number: int) -> ContentFile:
    """Two of each customer, of whom the customer file knew half."""
    bought = ["2026-01-02", "USD", "9.90", "Tea", "1", "9.90"]
    return file_of(ORDERS, [[f"o{n}", *person(number // 2 + n // 2), *bought] for n in range(number)])


def imported(file: ContentFile) -> float:
    """Seconds, reading and judging included."""
    source, _ = DataSource.objects.get_or_create(name="Shop")
    mapping = guess(open_table(file.file, "rows.csv"))
    file.seek(0)
    begun = create_import(file, "rows.csv", source, mapping, by=None)
    start, after, is_last = time.perf_counter(), 0, False
    while not is_last:
        with transaction.atomic():
            chunk = import_rows(begun, after)
        after, is_last = chunk.last, chunk.is_last
    taken = time.perf_counter() - start
    counts = Import.objects.get(pk=begun.pk).counts
    if counts.get("refused"):
        raise SystemExit(f"Rows were refused: {counts}")
    stored_file.close_import(begun)
    return taken


def highest() -> dict[str, int]:
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in ("customers", "orders")]
    with connection.cursor() as cursor:
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')  # noqa: S608 - tables of ours
            rows[table] = cursor.fetchone()[0]
    return rows


def limit(before: dict[str, int]) -> float:
    """Take out what was written since, and write it again, as fast as the database takes it; seconds."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        buffers = {}
        for table, pk in before.items():
            with cursor.copy(f'COPY (SELECT * FROM "{table}" WHERE id > {pk} ORDER BY id) TO STDOUT') as copy:  # noqa: S608
                if data := b"".join(bytes(part) for part in copy):
                    buffers[table] = data
        for table in buffers:
            cursor.execute(f'DELETE FROM "{table}" WHERE id > {before[table]}')  # noqa: S608 - as above
        for table in buffers:
            cursor.execute(f'CREATE TEMP TABLE "s_{table}" (LIKE "{table}") ON COMMIT DROP')
        start = time.perf_counter()
        for table, data in buffers.items():
            with cursor.copy(f'COPY "s_{table}" FROM STDIN') as copy:
                copy.write(data)
        for table in buffers:
            cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "s_{table}"')  # noqa: S608 - as above
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return time.perf_counter() - start


def measure(label: str, number: int, file: ContentFile) -> None:
    before, begun = highest(), time.process_time()
    ours = imported(file)
    cpu = (time.process_time() - begun) / number * 1000
    bare = limit(before)
    rates = f"{number / ours:7,.0f} a second, limit {number / bare:7,.0f}"
    sys.stdout.write(f"{label:10} {number:7,} rows  {rates}, ratio {bare / ours:.2f}, {cpu:.2f} ms of CPU a row\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("The limit is that of PostgreSQL: set DATABASE_URL.")
    name = connection.creation.create_test_db(verbosity=0)
    try:
        measure("customers", options.rows, customers(options.rows))
        measure("orders", options.rows, orders(options.rows))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    import tempfile

    from django.conf import settings

    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        main()
