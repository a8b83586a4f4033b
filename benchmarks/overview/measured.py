"""What an act costs, beside the least that the database has to do for it in the same run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from secrets import token_hex
from statistics import median
from typing import Any

from django.db import connection

from benchmarks.imports.cost import measured as timed
from tests.query_costs import measured as counted

RUN = token_hex(3)
"""In the names of what a run makes, so that another run can follow in the same database."""

Prepare = Callable[[], Callable[[], object]]
"""Makes an act that has not been done yet, outside of what is measured."""


@dataclass(frozen=True)
class Measured:
    """`wal` is in bytes, times in milliseconds; `ratio` is of the CPU, Python and backend, to that of the limit."""

    what: str
    database: str
    statements: int
    written: int
    wal: int | None
    python: float
    backend: float
    p50: float
    p99: float
    limit: str = ""
    ratio: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            key: round(v, 2) if isinstance(v, float) else v for key, v in asdict(self).items() if v not in (None, "")
        }


@dataclass
class Series:
    """The seconds of each time."""

    wall: list[float] = field(default_factory=list)
    python: float = 0
    backend: float = 0

    def once(self, prepare: Prepare) -> None:
        act = prepare()
        with timed() as cost:
            act()
        self.wall.append(cost.seconds)
        self.python += cost.python
        self.backend += cost.backend

    @property
    def cpu(self) -> float:
        return (self.python + self.backend) / len(self.wall)

    @property
    def p99(self) -> float:
        return sorted(self.wall)[math.ceil(0.99 * len(self.wall)) - 1]


def measure(what: str, prepare: Prepare, *, repeat: int, limit: tuple[str, Prepare] | None = None) -> Measured:
    """In turn with the limit, so that both meet the same machine; once before, to warm up and to count."""
    ours, least = Series(), Series()
    act, before = prepare(), _wal_position()
    with counted() as cost:
        act()
    wal = _wal_position() - before
    if limit:
        limit[1]()()
    for _ in range(repeat):
        if limit:
            least.once(limit[1])
        ours.once(prepare)
    return Measured(
        what=what,
        database=connection.vendor,
        statements=cost.statements,
        written=cost.written,
        wal=wal if connection.vendor == "postgresql" else None,
        python=ours.python / repeat * 1000,
        backend=ours.backend / repeat * 1000,
        p50=median(ours.wall) * 1000,
        p99=ours.p99 * 1000,
        limit=limit[0] if limit else "",
        ratio=ours.cpu / least.cpu if limit and least.cpu else None,
    )


def again(act: Callable[[], object]) -> Prepare:
    """An act that can be done any number of times, such as a read."""
    return lambda: act


def _wal_position() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'")
        return int(cursor.fetchone()[0])


HEADS = ("what", "statements", "rows written", "WAL", "CPU of Python", "of the backend", "p50", "p99", "limit", "ratio")


def table(rows: list[Measured]) -> str:
    lines = [f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
    for row in rows:
        times = (f"{ms:,.1f} ms" for ms in (row.python, row.backend, row.p50, row.p99))
        wal = "–" if row.wal is None else f"{row.wal / 1024:,.1f} KiB"
        ratio = "–" if row.ratio is None else f"{row.ratio:,.2f}"
        cells = (row.what, row.statements, row.written, wal, *times, row.limit or "–", ratio)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)
