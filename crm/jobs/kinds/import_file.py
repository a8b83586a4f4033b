"""The dry run of a file, its import, and the undo of an import, as jobs. The rules are in `orders/imports/`."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.urls import reverse

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, RefusedRow, Step, register
from crm.jobs.models import Job
from customers.web.csv import row_lines
from orders.imports.batch.verdicts import DIFFERENT, DUPLICATES, NOT_APPLIED, REFUSALS, Verdict, counts_of
from orders.imports.run import Chunk, check_rows, import_rows
from orders.imports.stored_file import change_state, open_import
from orders.imports.undo import undo_chunk
from orders.models import Import, ImportState, MatchedBy, RowOutcome
from orders.permissions import RUN_IMPORT

REASON = "Reason"
KEPT = "Changed since the import, so it was kept."
LEASE = timedelta(minutes=10)
"""The worker that goes on with a long file of another one reads it from its beginning."""
LABELS = {
    **dict(RowOutcome.choices),
    DUPLICATES: "Possible duplicates",
    REFUSALS: "Refusals applied",
    NOT_APPLIED: "Other values, profile kept",
    DIFFERENT: "Already here, differs",
}

RESULT_HEADER = ("Row", "Result", "Match", "Customer", "Name", "Email", "Order or subscription", REASON)
ChunkAct = Callable[[Import, int], Chunk]
Line = Sequence[str]
Header = Callable[[Sequence[str]], Line]
Lines = Callable[[Verdict, Sequence[str]], Sequence[Line]]


def start_check(imported: Import, *, by: User | None) -> Job:
    return _start(CHECK, imported, (ImportState.NEW, ImportState.CHECKED), ImportState.NEW, by=by)


def start_import(imported: Import, *, by: User | None) -> Job:
    return _start(IMPORT, imported, (ImportState.NEW, ImportState.CHECKED), ImportState.RUNNING, by=by)


def start_undo(imported: Import, *, by: User | None) -> Job:
    """Also of what a cancelled import has written, and the rest of an undo that was cancelled."""
    states = (ImportState.DONE, ImportState.RUNNING, ImportState.UNDOING)
    return _start(UNDO, imported, states, ImportState.UNDOING, by=by)


@transaction.atomic
def _start(
    kind: JobKind, imported: Import, states: Sequence[ImportState], state: ImportState, *, by: User | None
) -> Job:
    change_state(imported, states, state)
    job = start(kind, {"import": imported.pk}, by=by, about=imported.name)
    Import.objects.filter(pk=imported.pk).update(job=job.pk)
    return job


def import_of(job: Job) -> Import:
    return Import.objects.select_related("data_source", "by").get(pk=job.parameters["import"])


def _chunk(job: Job, *, act: ChunkAct, header_of: Header, lines_of: Lines) -> Step:
    imported = import_of(job)
    after = job.cursor.get("after", 0)
    headers = open_import(imported).table.headers
    chunk = act(imported, after)
    counts = counts_of(chunk.verdicts)
    lines = [] if after else [header_of(headers)]
    lines += [line for verdict in chunk.verdicts for line in lines_of(verdict, headers)]
    return Step(
        {"after": chunk.last},
        is_last=chunk.is_last,
        done=chunk.rows,
        refusals=[RefusedRow(f"Row {verdict.number}", verdict.reason) for verdict in chunk.refused],
        counts={label: counts[name] for name, label in LABELS.items() if name in counts},
        text="".join(row_lines(lines)),
    )


def _reasons_header(headers: Sequence[str]) -> Line:
    return [*headers, REASON]


def _reasons(verdict: Verdict, headers: Sequence[str]) -> Sequence[Line]:
    """Of what is refused or stays as it was: all rows of an order, so that the whole can be corrected."""
    if not verdict.reason:
        return []
    rows = (verdict.row.cells, *verdict.row.further_cells)
    return [[*(cells.get(header, "") for header in headers), verdict.reason] for cells in rows]


def _result_header(headers: Sequence[str]) -> Line:
    return RESULT_HEADER


def _result(verdict: Verdict, headers: Sequence[str]) -> Sequence[Line]:
    """What will become of a row. A customer that another row of the file creates has no number yet."""
    row, record = verdict.row, verdict.record
    person = row.customer.identity if row.customer else None
    bought = row.order.external_id if row.order else row.subscription.external_id if row.subscription else ""
    return [
        [
            str(verdict.number),
            str(RowOutcome(verdict.outcome).label),
            str(MatchedBy(verdict.evidence).label) if verdict.evidence else "",
            str(record.customer.pk) if record and not record.customer.is_new else "",
            " ".join(filter(None, (person.first_name, person.last_name))) if person else "",
            person.email if person else "",
            bought,
            verdict.reason,
        ]
    ]


def _undo(job: Job) -> Step:
    """Those who keep what the import brought are named as refused."""
    undone = undo_chunk(import_of(job), job.cursor.get("after", 0), by=job.by)
    kept = [RefusedRow(f"Customer {customer.pk}", KEPT) for customer in undone.kept]
    counts = {"Undone": undone.customers - len(kept), "Kept": len(kept)}
    counts = {label: number for label, number in counts.items() if number}
    return Step({"after": undone.last}, is_last=undone.is_last, done=undone.customers, refusals=kept, counts=counts)


def _estimate(job: Job) -> int:
    return open_import(import_of(job)).estimate()


def undo_page(job: Job) -> str:
    return reverse("imports:undo", args=[job.parameters["import"]])


def _page(job: Job) -> str:
    return reverse("imports:detail", args=[job.parameters["import"]])


def _refused_name(job: Job) -> str:
    return f"refused-{job.pk}.csv"


CHECK = register(
    JobKind(
        "check_import",
        "Dry run",
        (RUN_IMPORT,),
        partial(_chunk, act=check_rows, header_of=_result_header, lines_of=_result),
        count=_estimate,
        file_name=lambda job: f"dry-run-{job.pk}.csv",
        page=_page,
        lease=LEASE,
    )
)
IMPORT = register(
    JobKind(
        "import_file",
        "Import",
        (RUN_IMPORT,),
        partial(_chunk, act=import_rows, header_of=_reasons_header, lines_of=_reasons),
        count=_estimate,
        file_name=_refused_name,
        page=_page,
        lease=LEASE,
    )
)
UNDO = register(JobKind("undo_import", "Undo import", (RUN_IMPORT,), _undo, page=_page))
