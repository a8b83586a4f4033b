"""What became of a batch of groups: as they were merged, some a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from customers.lib.pages import Page, oldest_page
from customers.merging.history import MOST_NAMED
from customers.models import Customer, GroupToMerge, MergeBatch, MergeOutcome

TABS = (("", "All"), *MergeOutcome.choices)


@dataclass(frozen=True)
class GroupRow:
    """A group of a batch. `customers` are the first of it, who is kept first; `reason` why it was not merged."""

    row: GroupToMerge
    customers: Sequence[Customer]
    reason: str

    @property
    def survivor(self) -> Customer:
        return self.customers[0]

    @property
    def duplicates(self) -> Sequence[Customer]:
        return self.customers[1:]

    @property
    def more(self) -> int:
        return max(len(self.row.customers) - len(self.customers), 0)


def group_rows(batch: MergeBatch, *, outcome: str, after: int, reasons: Mapping[str, str]) -> Page[GroupRow, int]:
    """`reasons` are {group as its row names it: why it was not merged}."""
    rows = batch.rows.select_related("merge")
    page = oldest_page(rows.filter(outcome=outcome) if outcome else rows, after)
    customers = Customer.objects.in_bulk({pk for row in page.rows for pk in row.customers[: MOST_NAMED + 1]})
    return page.showing(
        [
            GroupRow(row, [customers[pk] for pk in row.customers[: MOST_NAMED + 1]], reasons.get(str(row), ""))
            for row in page.rows
        ]
    )


def outcomes(batch: MergeBatch) -> list[tuple[str, int]]:
    """(label, number of groups) of each outcome that there is."""
    numbers = dict(batch.rows.values_list("outcome").annotate(Count("pk")).order_by())
    return [(label, numbers[value]) for value, label in MergeOutcome.choices if value in numbers]
