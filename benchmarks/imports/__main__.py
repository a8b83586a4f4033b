"""What an import of customers and of orders costs, and the ratio to the limit of the database (`limit.py`).

    DATABASE_URL=postgres://… python -m benchmarks.imports [--rows 10000]

The benchmark works in a database of its own, made and dropped as tests do; without DATABASE_URL on SQLite. A PostgreSQL
must be on this machine, because the CPU time of its backend counts.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from benchmarks.database import own_database
from benchmarks.imports.cost import Cost, measured
from benchmarks.imports.files import customers, orders, write_csv
from benchmarks.imports.limit import last_rows, written_again
from customers.models import DataSource
from orders.imports import stored_file
from orders.imports.columns.guess import guess
from orders.imports.files.table import open_table
from orders.imports.run import import_rows
from orders.models import Import


def imported(rows: Iterable[Sequence[str]]) -> Cost:
    """Of a CSV file with `rows`, in chunks as a job does them; reading and judging included."""
    source, _ = DataSource.objects.get_or_create(name="Shop")
    content = io.BytesIO()
    write_csv(rows, content)
    mapping = guess(open_table(content, "rows.csv"))
    begun = stored_file.create_import(ContentFile(content.getvalue()), "rows.csv", source, mapping, by=None)
    after, is_last = 0, False
    with measured() as cost:
        while not is_last:
            with transaction.atomic():
                chunk = import_rows(begun, after)
            after, is_last = chunk.last, chunk.is_last
            del chunk  # a job has its rows no more when the next begins
    counts = Import.objects.get(pk=begun.pk).counts
    if counts.get("refused"):
        raise SystemExit(f"Rows were refused: {counts}")
    return cost


def measure(label: str, number: int, rows: Iterable[Sequence[str]]) -> None:
    before = last_rows()
    ours = imported(rows)
    limit = written_again(before)
    rate, most = number / ours.seconds, number / limit.seconds
    ours_python, ours_backend, least = (s / number * 1000 for s in (ours.python, ours.backend, limit.cpu))
    rates = f"{rate:6,.0f} a second, limit {most:7,.0f}, {rate / most:.2f}"
    cpu = f"CPU {ours_python:.3f} + {ours_backend:.3f} ms, limit {least:.3f} ms, {limit.cpu / ours.cpu:.2f}"
    sys.stdout.write(f"{label:15} {number:7,} rows  {rates}; {cpu}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    with own_database():
        measure("customers", options.rows, customers(options.rows))
        measure("orders of known", options.rows, orders(options.rows))
        measure("orders of new", options.rows, orders(options.rows, first=options.rows))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        main()
