"""What became of a batch of undos: its merges as they were done, some a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from customers.lib.pages import Page, oldest_page
from customers.lib.phrases import join_words
from customers.merging.history import MOST_NAMED
from customers.models import BatchUndo, Customer, Merge, MergeMember, MergeToUndo, UndoOutcome
from customers.profile.fields import BY_KEY

KEPT = "kept"
TABS = ((("", "All")), *UndoOutcome.choices, (KEPT, "Values kept"))


@dataclass(frozen=True)
class UndoRow:
    """A merge of a batch. `customers` are the first of those who were merged; `reason` why it was not undone."""

    row: MergeToUndo
    members: Sequence[MergeMember]
    reason: str

    @property
    def merge(self) -> Merge:
        return self.row.merge

    @property
    def customers(self) -> list[Customer]:
        return [member.duplicate for member in self.members[:MOST_NAMED]]

    @property
    def more_customers(self) -> int:
        return max(len(self.members) - MOST_NAMED, 0)

    @property
    def kept(self) -> str:
        labels = [BY_KEY[key].label for key in self.row.kept if key in BY_KEY]
        return join_words(labels) if labels else ""


def undo_rows(batch: BatchUndo, *, outcome: str, after: int, reasons: Mapping[str, str]) -> Page[UndoRow, int]:
    """`reasons` are {merge as its row names it: why it was not undone}."""
    rows = batch.rows.select_related("merge__survivor")
    if outcome == KEPT:
        rows = rows.exclude(kept=[])
    elif outcome:
        rows = rows.filter(outcome=outcome)
    page = oldest_page(rows, after)
    members: dict[int, list[MergeMember]] = {row.merge_id: [] for row in page.rows}
    for member in MergeMember.objects.filter(merge__in=members).select_related("duplicate").order_by("duplicate"):
        members[member.merge_id].append(member)
    return page.showing([UndoRow(row, members[row.merge_id], reasons.get(str(row), "")) for row in page.rows])


def outcomes(batch: BatchUndo) -> list[tuple[str, int]]:
    """(label, number of merges) of each outcome that there is."""
    numbers = dict(batch.rows.values_list("outcome").annotate(Count("pk")).order_by())
    return [(label, numbers[value]) for value, label in UndoOutcome.choices if value in numbers]
