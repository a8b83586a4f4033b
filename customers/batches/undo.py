"""Undoing a set of merges, one by one, the newest first.

Which merges those are is fixed when the batch begins, so a merge made meanwhile is not among them. Each is undone as it
would be alone: every undo takes its merge out of the decisions that stand, so after the last it is as if none had been
made, in whatever order they are done and whatever was done since. The newest comes first because a credit that a later
merge corrected may be too small for the undo of an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from customers.lib.batches import batches
from customers.lib.errors import ActionError
from customers.merging.undo import UndoTerms, undo_merge
from customers.merging.undo_plan import AlreadyUndoneError, OverdrawnError, UndoError
from customers.models import BatchUndo, MergeToUndo, UndoOutcome

if TYPE_CHECKING:
    from crm.accounts.models import User


class BatchUndoError(ActionError):
    pass


@dataclass(frozen=True)
class UndoneRow:
    """What became of a merge of the batch; `reason` says why it was not undone."""

    row: MergeToUndo
    is_last: bool
    reason: str = ""


@transaction.atomic
def begin_undo(merges: Iterable[int], *, token: UUID, by: User | None, terms: UndoTerms) -> tuple[BatchUndo, bool]:
    """The batch of these `merges`, which come newest first, and whether it is a new one of this `token`."""
    batch, is_new = BatchUndo.objects.get_or_create(
        token=token,
        defaults={
            "by": by,
            "marks_not_duplicates": terms.mark_not_duplicates,
            "allows_overdraft": terms.allow_overdraft,
        },
    )
    if is_new:
        for pks in batches(merges):
            MergeToUndo.objects.bulk_create(MergeToUndo(batch=batch, merge_id=pk) for pk in pks)
    return batch, is_new


def undo_next(batch: BatchUndo, after: int, *, by: User | None, reason: str = "") -> UndoneRow | None:
    """Undo the merge that follows the row `after`; None when there is none."""
    rows = batch.rows.filter(pk__gt=after).select_related("merge").order_by("pk")[:2]
    if not rows:
        return None
    row, is_last = rows[0], len(rows) == 1
    terms = UndoTerms(batch.allows_overdraft, batch.marks_not_duplicates, reason)
    outcome, why = UndoOutcome.UNDONE, ""
    try:
        with transaction.atomic():
            undone = undo_merge(row.merge, by=by, terms=terms)
            row.kept = list(dict.fromkeys(outcome.field.key for outcome in undone.kept))
    except AlreadyUndoneError:
        outcome = UndoOutcome.BEFORE
    except OverdrawnError as error:
        # Without the name: the list of what was refused is kept when the customer is erased.
        outcome, why = UndoOutcome.REFUSED, f"Customer {error.customer.pk} would have {error.credit} of credit."
    except UndoError as error:
        outcome, why = UndoOutcome.REFUSED, str(error)
    row.outcome = outcome
    row.save(update_fields=["outcome", "kept"])
    return UndoneRow(row, is_last, why)


def undo_each(batch: BatchUndo, *, by: User | None, reason: str = "") -> Iterator[UndoneRow]:
    """All of the batch, where no job does them."""
    after = 0
    while undone := undo_next(batch, after, by=by, reason=reason):
        yield undone
        after = undone.row.pk
