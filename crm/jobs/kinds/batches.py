"""The undo of many merges as a job: one merge a chunk, so that each is a transaction of its own."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, RefusedRow, Step, register
from crm.jobs.models import Job
from customers.batches.undo import begin_undo, undo_next
from customers.merging.undo import UndoTerms
from customers.models import BatchUndo

UNDO = "customers.undo_merge"


@transaction.atomic
def start_batch_undo(merges: Iterable[int], *, token: UUID, terms: UndoTerms, about: str, by: User | None) -> BatchUndo:
    """Once for a `token`: a form that is sent twice starts one job."""
    batch, is_new = begin_undo(merges, token=token, terms=terms, by=by)
    if is_new:
        job = start(BATCH_UNDO, {"batch": batch.pk, "reason": terms.reason}, about=about, by=by)
        batch.job = job.pk
        batch.save(update_fields=["job"])
    return batch


def undo_chunk(job: Job) -> Step:
    batch = BatchUndo.objects.get(pk=job.parameters["batch"])
    after = job.cursor.get("after", 0)
    undone = undo_next(batch, after, by=job.by, reason=job.parameters["reason"])
    if undone is None:
        return Step({"after": after}, is_last=True)
    return Step(
        {"after": undone.row.pk},
        is_last=undone.is_last,
        done=1,
        counts={} if undone.reason else {undone.row.get_outcome_display(): 1},
        refusals=[RefusedRow(str(undone.row), undone.reason)] if undone.reason else [],
    )


BATCH_UNDO = register(
    JobKind(
        "batch_undo",
        "Undo merges",
        UNDO,
        undo_chunk,
        count=lambda job: BatchUndo.objects.get(pk=job.parameters["batch"]).rows.count(),
        page=lambda job: reverse("batches:undo_detail", args=[job.parameters["batch"]]),
    )
)
