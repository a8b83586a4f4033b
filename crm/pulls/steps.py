"""What the runs of all systems have in common: the place that moves, the import that counts, the step of the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from crm.jobs.kind import RefusedRow, Step
from crm.pulls.errors import PullError
from crm.pulls.models import Pull
from orders.models import Import, ImportState, RowOutcome


def move(pull: Pull, **values: Any) -> None:
    """Write where the pull is; last of all: who deletes the data source locks its customers first."""
    if not Pull.objects.filter(pk=pull.pk, job=pull.job).update(**values):
        raise PullError("This pull was deleted.")


def count(imported: Import, counts: Mapping[str, int], *, after: int) -> None:
    """Rows that were here need not be kept, of which every run has some."""
    imported.rows.filter(outcome=RowOutcome.HERE, number__gt=after).delete()
    imported.counts = dict(Counter(imported.counts) + Counter(counts))
    imported.save(update_fields=["counts"])


def end_import(imported: Import) -> None:
    """One that brought nothing leaves nothing."""
    if not imported.rows.exists():
        imported.delete()
        return
    imported.state, imported.ended = ImportState.DONE, timezone.now()
    imported.save(update_fields=["state", "ended"])


def step(
    cursor: Mapping[str, Any],
    imported: Import,
    *,
    is_last: bool,
    counts: Mapping[str, int] | None = None,
    done: int = 0,
    refusals: Sequence[RefusedRow] = (),
) -> Step:
    """`counts` are by outcome, or by a label of their own."""
    if is_last:
        end_import(imported)
    labels = dict(RowOutcome.choices)
    named = {str(labels.get(name, name)): number for name, number in (counts or {}).items() if number}
    return Step(cursor, is_last=is_last, done=done, refusals=refusals, counts=named)
