"""Rows of a CSV file, imported as a job does it, against the same rows written again by the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from benchmarks.imports import files
from benchmarks.imports.__main__ import imported
from benchmarks.imports.limit import last_rows, written_again
from benchmarks.overview.measured import Measured
from tests.query_costs import measured as counted


def imports(number: int) -> Iterator[Measured]:
    first = last_rows()["customers_customer"]  # others than those of a run before
    yield _measure(f"import of {number:,} customers, each", number, files.customers(number, first=first))
    yield _measure(f"import of {number:,} orders, each", number, files.orders(number, first=first))


def _measure(what: str, number: int, rows: Iterable[Sequence[str]]) -> Measured:
    before = last_rows()
    with counted() as count:
        ours = imported(rows)
    limit, milliseconds = written_again(before), 1000 / number
    return Measured(
        what=what,
        database=connection.vendor,
        statements=count.statements,
        written=count.written // number,
        wal=None,
        python=ours.python * milliseconds,
        backend=ours.backend * milliseconds,
        p50=ours.seconds * milliseconds,
        p99=ours.seconds * milliseconds,
        limit="the same rows by COPY, or executemany",
        ratio=ours.cpu / limit.cpu,
    )
