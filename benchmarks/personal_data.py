"""What the file of a customer with very many orders takes: time, and whether memory stays flat.

    DATABASE_URL=postgres://… python -m benchmarks.personal_data [--orders 1000000]

It works in a database of its own beside the one that DATABASE_URL names, made and dropped as tests do.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.test import override_settings

from benchmarks.database import own_database
from crm.jobs.turn import take_turn
from crm.personal_data.job import start_export
from orders.models import Order
from tests.crm.personal_data.archives import MAY_EXPORT
from tests.factories import customer_with_order, make_user
from tests.factories.linked_rows import many
from tests.query_costs import analyze


@dataclass(frozen=True)
class Progress:
    """After a turn of the worker."""

    rows: int
    seconds: float
    cpu: float
    memory: int
    file: int = 0
    """MiB, once it is there."""


def memory() -> int:
    """MiB that this process has at this moment."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def exported(orders: int) -> Iterator[Progress]:
    """The customer has the orders in one source record."""
    customer = customer_with_order()
    many(Order, customer.records.get(), orders)
    analyze()  # as the database does by itself, but not as soon
    job = start_export(customer, by=make_user("exports", MAY_EXPORT))
    begin, cpu = time.perf_counter(), time.process_time()
    while job.is_unfinished:
        take_turn(str(job.uuid), worker="benchmark")
        job.refresh_from_db()
        file = job.result_file.size >> 20 if job.result_file else 0
        yield Progress(job.done, time.perf_counter() - begin, time.process_time() - cpu, memory(), file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    options = parser.parse_args()
    with own_database(), tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        for progress in exported(options.orders):
            sys.stdout.write(f"{progress}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
