"""A chunk of a dry run or of an import: rows from the file, what they come to, and what is counted of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from customers.lib.counting import Counted, count_after_commit
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.statistics import make_statistics
from orders.imports.batch.verdicts import Verdict, counts_of
from orders.imports.batch.write import check_chunk, write_chunk
from orders.imports.garbage_collection import rarely_searched
from orders.imports.read_ahead import ReadAhead
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.stored_file import ImportRefusedError, close_import, open_import
from orders.models import Import, ImportSample, ImportState, RowOutcome

CHUNK, CHECKED_CHUNK = 1000, 2500
"""The first is in memory twice, because the next one is read before it has ended."""
MOST_SAMPLES = 20
SHOWN = ("first_name", "last_name", "company", "email", "phone")


@dataclass(frozen=True)
class Chunk:
    """`last` is the last row of the file that was read, `rows` are how many of the file."""

    verdicts: Sequence[Verdict]
    last: int
    rows: int
    is_last: bool

    @property
    def refused(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.outcome == RowOutcome.REFUSED]


@rarely_searched()
def import_rows(imported: Import, after: int) -> Chunk:
    """Write the next rows; the transaction is the caller's."""
    if imported.data_source is None:
        raise ImportRefusedError("The data source of this import was deleted.")
    if not after:
        imported.checked = imported.counts
        _begin(imported)
    rows = open_import(imported).rows
    incoming = rows.chunk(after, CHUNK)
    verdicts = write_chunk(imported, imported.data_source, incoming, meanwhile=partial(_read_on, rows, incoming))
    chunk = _chunk(verdicts, incoming.rows, after, CHUNK)
    if not after:
        make_statistics()
    _count(imported, chunk, ImportState.DONE)
    for outcome, number in Counter(verdict.outcome for verdict in chunk.verdicts).items():
        count_after_commit(Counted.INTAKE, "import", outcome, number=number)
    return chunk


@rarely_searched()
def check_rows(imported: Import, after: int) -> Chunk:
    """Say what the next rows will come to; nothing is written but counts and samples."""
    if imported.data_source is None:
        raise ImportRefusedError("The data source of this import was deleted.")
    if not after:
        _begin(imported)
        open_import(imported).seen.clear()
    incoming = open_import(imported).rows.chunk(after, CHECKED_CHUNK)
    verdicts = check_chunk(imported, imported.data_source, incoming, now=timezone.now())
    verdicts = open_import(imported).seen.joined(verdicts)
    chunk = _chunk(verdicts, incoming.rows, after, CHECKED_CHUNK)
    _keep_samples(imported, chunk)
    _count(imported, chunk, ImportState.CHECKED)
    return chunk


def _begin(imported: Import) -> None:
    imported.counts, imported.started, imported.ended = {}, timezone.now(), None
    imported.samples.all().delete()


def _read_on(rows: ReadAhead, incoming: IncomingChunk) -> None:
    """Begin to read the rows behind `incoming`."""
    if len(incoming.rows) == CHUNK:
        rows.begin(incoming.rows[-1].numbers[-1], CHUNK)


def _chunk(verdicts: Sequence[Verdict], rows: Sequence[ImportedRow], after: int, size: int) -> Chunk:
    last = rows[-1].numbers[-1] if rows else after
    return Chunk(verdicts, last, sum(len(row.numbers) for row in rows), is_last=len(rows) < size)


def _count(imported: Import, chunk: Chunk, last_state: ImportState) -> None:
    imported.counts = dict(Counter(imported.counts) + Counter(counts_of(chunk.verdicts)))
    if chunk.is_last:
        imported.state, imported.ended = last_state, timezone.now()
        close_import(imported)
    imported.save(update_fields=["counts", "checked", "state", "started", "ended"])


def _keep_samples(imported: Import, chunk: Chunk) -> None:
    kept = Counter(imported.samples.values_list("outcome", flat=True))
    samples = []
    for verdict in chunk.verdicts:
        kept[verdict.outcome] += 1
        if kept[verdict.outcome] <= MOST_SAMPLES:
            samples.append(_sample(imported, verdict))
    ImportSample.objects.bulk_create(samples)


def _sample(imported: Import, verdict: Verdict) -> ImportSample:
    is_new = verdict.choice is not None and verdict.choice.record.customer.is_new
    customer = verdict.row.customer
    return ImportSample(
        imported=imported,
        number=verdict.number,
        outcome=verdict.outcome,
        evidence=verdict.evidence,
        reason=verdict.reason[:500],
        customer_number=None if is_new else verdict.customer_pk,
        shown={name: getattr(customer.identity, name) for name in SHOWN} if customer else {},
    )
