"""Merging many groups, one by one, as their preview showed them.

Each group is a merge of its own, with its history and its undo; `Merge.batch` says that they were made together, by
which all can be undone as one. A group that changed since the preview, or that a person has to look at by now, is left
as it is and named; the others go on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from customers.batches.proposals import Proposal, propose
from customers.lib.batches import batches
from customers.locks import lock
from customers.merging.merge import merge_customers
from customers.merging.plan import MergeError, MergePlan, plan_merge
from customers.models import GroupToMerge, MergeBatch, MergeOutcome, Via
from customers.models.merge import OnConflict

if TYPE_CHECKING:
    from crm.accounts.models import User

CHANGED = "One of these customers was changed, merged or erased since the preview."


@dataclass(frozen=True)
class MergedRow:
    """What became of a group of the batch; `reason` says why it was not merged."""

    row: GroupToMerge
    is_last: bool
    reason: str = ""


def fingerprint(proposals: Iterable[Proposal], on_conflict: OnConflict) -> str:
    """Equal if the same customers, with the same values, would be merged or left."""
    shown = [(proposal.ids, proposal.versions, proposal.left) for proposal in proposals]
    return hashlib.sha256(json.dumps([on_conflict, shown]).encode()).hexdigest()


@transaction.atomic
def begin_merge(
    proposals: Iterable[Proposal], *, on_conflict: OnConflict, token: UUID, by: User | None
) -> tuple[MergeBatch, bool]:
    """The batch of those `proposals` that are not left for a person, and whether it is a new one of this `token`."""
    batch, is_new = MergeBatch.objects.get_or_create(token=token, defaults={"by": by, "on_conflict": on_conflict})
    if is_new:
        for some in batches(proposal for proposal in proposals if not proposal.left):
            GroupToMerge.objects.bulk_create(
                GroupToMerge(batch=batch, customers=[*proposal.ids], versions=[*proposal.versions]) for proposal in some
            )
    return batch, is_new


def merge_next(batch: MergeBatch, after: int, *, by: User | None, reason: str = "") -> MergedRow | None:
    """Merge the group that follows the row `after`; None when there is none."""
    rows = batch.rows.filter(pk__gt=after).order_by("pk")[:2]
    if not rows:
        return None
    row, is_last = rows[0], len(rows) == 1
    outcome, why = MergeOutcome.MERGED, ""
    try:
        with transaction.atomic():
            row.merge = merge_customers(_plan(row, batch, by), by=by, via=Via.BULK, reason=reason, batch=batch)
    except MergeError as error:
        outcome, why = MergeOutcome.REFUSED, str(error)
    row.outcome = outcome
    row.save(update_fields=["outcome", "merge"])
    return MergedRow(row, is_last, why)


def merge_each(batch: MergeBatch, *, by: User | None, reason: str = "") -> Iterator[MergedRow]:
    """All of the batch, where no job does them."""
    after = 0
    while merged := merge_next(batch, after, by=by, reason=reason):
        yield merged
        after = merged.row.pk


def _plan(row: GroupToMerge, batch: MergeBatch, by: User | None) -> MergePlan:
    """As the group is now, locked; MergeError if it is not what the preview showed."""
    # Marking as not duplicates locks them as well, and changes no version by which it would be noticed later.
    lock(row.customers)
    proposals = propose([row.customers], keep=None, on_conflict=OnConflict(batch.on_conflict), by=by)
    if not proposals or [[*proposals[0].ids], [*proposals[0].versions]] != [row.customers, row.versions]:
        raise MergeError(CHANGED)
    [proposal] = proposals
    if proposal.left:
        raise MergeError(f"A person has to look at this group. {'. '.join(proposal.left)}.")
    return plan_merge(proposal.survivor, proposal.duplicates, proposal.choices)
