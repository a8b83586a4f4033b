"""What something costs: seconds, and CPU seconds of Python and of the backend of a PostgreSQL on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    seconds: float = 0
    python: float = 0
    backend: float = 0

    @property
    def cpu(self) -> float:
        return self.python + self.backend


@contextmanager
def measured() -> Iterator[Cost]:
    cost = Cost()
    begun, python, backend = time.perf_counter(), time.process_time(), _backend()
    yield cost
    cost.seconds, cost.python = time.perf_counter() - begun, time.process_time() - python
    cost.backend = _backend() - backend


def _backend() -> float:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    statistics = Path(f"/proc/{process}/schedstat")
    # In nanoseconds, where the kernel counts them, but only of the first thread: a backend has no other.
    return int(statistics.read_text().split()[0]) / 1e9 if statistics.exists() else seconds_of(process)


def seconds_of(process: int) -> float:
    """CPU seconds that the process has taken so far."""
    stat = Path(f"/proc/{process}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICK
