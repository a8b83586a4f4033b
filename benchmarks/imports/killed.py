"""A long file imported by a worker that is killed at moments of chance, then imported again; what each took.

    DATABASE_URL=postgres://… python -m benchmarks.imports.killed [--rows 1000000] [--kills 2] [--orders]

With TASK_QUEUE=celery and a CELERY_QUEUE of its own, workers of Celery on RabbitMQ are killed, beside a clock.

Ends with a message if a row is lost or there twice, if the second import changes any row of any table but its own, or
if a worker took more than 200 MiB. It works in a database of its own, made and dropped as tests do; without
DATABASE_URL on SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from benchmarks.database import own_database
from benchmarks.imports.contents import contents
from benchmarks.imports.files import FORMATS, customers, orders
from crm.jobs.kinds.import_file import start_import
from crm.jobs.models import Job, JobState
from customers.models import DataSource
from orders.imports.columns.guess import guess
from orders.imports.files.table import open_table
from orders.imports.stored_file import create_import
from orders.models import Import, ImportRow

ROOT = Path(__file__).parents[2]
MOST_MIB = 200
PAUSE = 0.2

BY_CELERY = "celery" in settings.TASKS["default"]["BACKEND"]
CLOCK = ("manage.py", "worker")
CELERY = ("-m", "celery", "--app", "crm.jobs.celery_queue", "worker", "--pool=solo", "--loglevel=ERROR")


class Worker:
    """A worker as a process, with the most memory that it was seen to hold."""

    def __init__(self, command: Sequence[str] = CELERY if BY_CELERY else CLOCK) -> None:
        surroundings = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "FILES": str(settings.MEDIA_ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        self.process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=surroundings)
        self.mib = 0.0

    def look(self) -> None:
        if self.process.poll() is not None:
            raise SystemExit(f"The worker ended by itself with {self.process.returncode}.")
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        self.mib = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def database_url() -> str:
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT'] or 5432}/{of['NAME']}"


def imported(file: Path, *, kills: Collection[int] = ()) -> dict[str, Any]:
    """`kills` are the numbers of rows after which the worker is killed, within a chunk or between two."""
    source, _ = DataSource.objects.get_or_create(name="Shop")
    with file.open("rb") as content:
        mapping = guess(open_table(content, file.name))
        begun = create_import(File(content), file.name, source, mapping, by=None)
    job, start, worker, most = start_import(begun, by=None), time.monotonic(), Worker(), 0.0
    clock = Worker(CLOCK) if BY_CELERY else None
    left = sorted(kills)
    try:
        while job.is_unfinished:
            time.sleep(PAUSE)
            worker.look()
            most = max(most, worker.mib)
            job.refresh_from_db()
            if left and job.done >= left[0]:
                left.pop(0)
                time.sleep(random.uniform(0, 1))  # noqa: S311 - a moment of chance, no secret
                worker.kill()
                Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for ten minutes
                worker = Worker()
    finally:
        worker.kill()
        if clock:
            clock.kill()
    if job.state != JobState.DONE:
        raise SystemExit(f"The import {job.get_state_display().lower()}: {job.message}")
    return {
        "seconds": round(time.monotonic() - start),
        "MiB": round(most),
        "done": job.done,
        "counts": Import.objects.get(pk=begun.pk).counts,
    }


def check(rows: int, first: dict[str, Any]) -> None:
    numbers = ImportRow.objects.aggregate(rows=Count("pk"), numbers=Count("number", distinct=True))
    if first["done"] != rows or numbers != {"rows": rows, "numbers": rows}:
        raise SystemExit(f"Not each row is there once: {first}, {numbers}")


def run(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    rows = orders(options.rows) if options.orders else customers(options.rows)
    file = folder / f"rows.{options.format}"
    with file.open("wb") as content:
        FORMATS[options.format](rows, content)
    moments = sorted(random.sample(range(options.rows), options.kills))
    DataSource.staff()  # which the clock makes in the middle, when it first looks for evidence
    first = imported(file, kills=moments)
    yield {"import": "first", "database": connection.vendor, "rows": options.rows, "killed after": moments, **first}
    check(options.rows, first)
    before = contents()
    again = imported(file)
    yield {"import": "again", "database": connection.vendor, "rows": options.rows, **again}
    yield {"compared": {table: of[0] for table, of in before.items() if of[0]}}
    changed = sorted(table for table, of in contents().items() if of != before[table])
    if again["counts"] != {"here": options.rows} or changed:
        raise SystemExit(f"The second import changed something: {', '.join(changed) or again['counts']}.")
    if max(first["MiB"], again["MiB"]) > MOST_MIB:
        raise SystemExit(f"A worker took more than {MOST_MIB} MiB.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--orders", action="store_true")
    parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database():
        settings.MEDIA_ROOT = folder
        for result in run(options, Path(folder)):
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
