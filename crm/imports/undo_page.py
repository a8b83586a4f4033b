"""What the page of an undo says beforehand: at once of a short import, by a job of a long one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.jobs.kinds.undo_plan import DELETED, KEPT, ORDERS, SPLIT_OFF, last_undo_plan
from crm.jobs.models import Job, JobState
from customers.models import Customer
from orders.imports.undo_plan import ImportUndoPlan, plan_undo
from orders.models import Import

NAMED = 10


@dataclass(frozen=True)
class UndoPage:
    """`job` looks at all rows, or has; None where none was needed or it was asked for none."""

    plan: ImportUndoPlan
    job: Job | None

    @property
    def named(self) -> Sequence[Customer]:
        return self.plan.named[:NAMED]

    @property
    def further(self) -> Sequence[Customer]:
        return self.plan.named[NAMED:]

    @property
    def unnamed(self) -> int:
        return self.plan.kept - len(self.plan.named)

    @property
    def is_known(self) -> bool:
        """Whether all rows were looked at, so that it can be undone."""
        return not self.plan.unchecked

    @property
    def is_looking(self) -> bool:
        return self.job is not None and self.job.is_unfinished

    @property
    def looked_at(self) -> bool:
        return self.is_known and self.job is not None


def undo_page(imported: Import) -> UndoPage:
    """The first rows are looked at now in any case, for the first names."""
    plan = plan_undo(imported)
    if not plan.unchecked:
        return UndoPage(plan, None)
    job = last_undo_plan(imported)
    if job is None or job.state != JobState.DONE:
        return UndoPage(plan, job)
    deleted, split_off, orders, kept = (job.counts.get(label, 0) for label in (DELETED, SPLIT_OFF, ORDERS, KEPT))
    known = ImportUndoPlan(deleted, split_off, orders, kept, plan.named)
    return UndoPage(known, job)
