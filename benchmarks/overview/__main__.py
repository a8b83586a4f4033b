"""The benchmarks that need nothing but a database: each as a line of JSON, and all as a table at the end.

    python -m benchmarks.overview [--customers 2000] [--most 2000] [--repeat 20]

It works in a database of its own beside the one that DATABASE_URL names, made and dropped as tests do. With --keep it
fills the database itself where it is empty, and leaves it as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.database import own_database
from benchmarks.large.fill import fill
from benchmarks.large.people import ORDERS_EACH
from benchmarks.overview.dialects import dialects
from benchmarks.overview.files import files
from benchmarks.overview.filters import filters
from benchmarks.overview.imports import imports
from benchmarks.overview.inserts import inserts
from benchmarks.overview.measured import Measured, table
from benchmarks.overview.merges import merges, moving
from benchmarks.overview.reads import pages, reads
from customers.models import Customer

ROWS = 1_000
"""Of each linked table, of a customer who is merged: what the peers are compared by."""


def measured(options: argparse.Namespace) -> Iterator[Measured]:
    repeat = options.repeat
    if not Customer.objects.exists():
        filled = fill(options.customers, most=options.most, seed=options.seed, orders_each=options.orders_each)
        for done in filled:
            sys.stderr.write(f"{done:,} customers\n")
    if options.fill_only:
        return
    largest = Customer.objects.order_by("pk")[:1].get()
    yield from reads(repeat, largest=largest)
    yield from filters(max(repeat // 10, 2))
    yield from pages(max(repeat // 4, 2), largest=largest)
    yield from dialects(max(repeat // 4, 2), largest=largest)
    yield from files(max(repeat // 10, 2))
    yield from merges(repeat, rows=ROWS)
    yield from inserts(repeat)
    yield from imports(options.rows)
    # Not before all else: its tables are none of the program.
    from benchmarks.overview.peers import peers

    yield from peers(ROWS, max(repeat // 10, 2), ours=(f"our merge of {ROWS:,} rows in each table", moving(ROWS)))


def report(options: argparse.Namespace) -> None:
    rows = []
    for row in measured(options):
        rows.append(row)
        sys.stdout.write(json.dumps(row.as_json(), ensure_ascii=False) + "\n")
        sys.stdout.flush()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    load = ", ".join(f"{of:.1f}" for of in os.getloadavg())
    sys.stdout.write(f"\n{table(rows)}\n\n{Customer.objects.count():,} customers on {connection.display_name}, ")
    sys.stdout.write(f"{os.cpu_count()} cores ({platform.machine()}), load {load}, {memory} MiB at most\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--most", type=int, default=2_000, help="orders and purchases of the largest customer")
    parser.add_argument("--orders-each", type=float, default=ORDERS_EACH, help="of the others, on average")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--rows", type=int, default=2_000, help="rows of a CSV file that is imported")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="fill the database of DATABASE_URL itself, and keep it")
    parser.add_argument("--fill-only", action="store_true", help="measure nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        if options.keep:
            call_command("migrate", verbosity=0)
            report(options)
            return
        with own_database():
            report(options)


if __name__ == "__main__":
    main()
