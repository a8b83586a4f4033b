"""Merging many groups, and undoing many merges, as jobs: one a chunk, so that each is a transaction of its own."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.kind import JobKind, RefusedRow, Step, register
from crm.jobs.models import Job
from customers.batches.merge import begin_merge, merge_next
from customers.batches.proposals import Proposal
from customers.batches.undo import begin_undo, undo_next
from customers.merging.undo import UndoTerms
from customers.models import BatchUndo, GroupToMerge, MergeBatch, MergeToUndo
from customers.models.merge import OnConflict
from customers.permissions import MERGE, UNDO


@transaction.atomic
def start_batch_merge(
    proposals: Iterable[Proposal], *, on_conflict: OnConflict, token: UUID, reason: str, about: str, by: User | None
) -> MergeBatch:
    """Once for a `token`: a form that is sent twice starts one job."""
    batch, is_new = begin_merge(proposals, on_conflict=on_conflict, token=token, by=by)
    if is_new:
        job = start(BATCH_MERGE, {"batch": batch.pk, "reason": reason}, about=about, by=by)
        batch.job = job.pk
        batch.save(update_fields=["job"])
    return batch


def merge_chunk(job: Job) -> Step:
    batch = MergeBatch.objects.get(pk=job.parameters["batch"])
    after = job.cursor.get("after", 0)
    merged = merge_next(batch, after, by=job.by, reason=job.parameters["reason"])
    if merged is None:
        return Step({"after": after}, is_last=True)
    return _step(merged.row, merged.reason, is_last=merged.is_last)


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
    return _step(undone.row, undone.reason, is_last=undone.is_last)


def _step(row: GroupToMerge | MergeToUndo, reason: str, *, is_last: bool) -> Step:
    return Step(
        {"after": row.pk},
        is_last=is_last,
        done=1,
        counts={} if reason else {row.get_outcome_display(): 1},
        refusals=[RefusedRow(str(row), reason)] if reason else [],
    )


BATCH_MERGE = register(
    JobKind(
        "batch_merge",
        "Merge groups",
        (MERGE,),
        merge_chunk,
        unit=("group", "groups"),
        count=lambda job: MergeBatch.objects.get(pk=job.parameters["batch"]).rows.count(),
        page=lambda job: reverse("batches:merge_detail", args=[job.parameters["batch"]]),
    )
)


BATCH_UNDO = register(
    JobKind(
        "batch_undo",
        "Undo merges",
        (UNDO,),
        undo_chunk,
        unit=("merge", "merges"),
        count=lambda job: BatchUndo.objects.get(pk=job.parameters["batch"]).rows.count(),
        page=lambda job: reverse("batches:undo_detail", args=[job.parameters["batch"]]),
    )
)
