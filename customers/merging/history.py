"""The merge history: merges of all customers, filtered, newest first, as pages and as the rows of a CSV file.

A page reads the index on (created, id) from its cursor, forwards or backwards, without OFFSET and COUNT.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet, TextChoices

from customers.lib.batches import BATCH
from customers.lib.phrases import join_words
from customers.merging.undo_plan import erased_side
from customers.models import Customer, Merge, MergeMember
from customers.records.newest import Cursor, compared_to
from customers.records.ownership import merged_into_any
from customers.totals.sums import order_totals


class MergeState(TextChoices):
    ACTIVE = "active", "Active"
    UNDONE = "undone", "Undone"
    ERASED = "erased", "Erased"


HAS_STATE = {
    MergeState.ACTIVE: Q(undone_at__isnull=True, survivor__erased_at__isnull=True),
    MergeState.UNDONE: Q(undone_at__isnull=False),
    MergeState.ERASED: Q(undone_at__isnull=True, survivor__erased_at__isnull=False),
}
PAGE = 25
MOST_NAMED = 5
HEADER = (
    "Merge", "Uuid", "Merged at", "User", "Method", "Kept", "Kept, name", "Merged", "Merged, names",
    "Orders moved", "Reason", "Status", "Undone", "Undone by",
)  # fmt: skip


@dataclass(frozen=True)
class MergeFilter:
    """`customers`: only merges of these, and of customers merged into them; None for all."""

    condition: Q = field(default_factory=Q)
    customers: Collection[int] | None = None


@dataclass(frozen=True)
class MergeRow:
    """A merge in the list; `orders` is the present number of orders of the moved records."""

    merge: Merge
    members: Sequence[MergeMember]
    orders: int

    @property
    def partly_undone_by(self) -> str:
        return "" if self.merge.undone_at else undone_by(self.members)

    @property
    def latest_undo_at(self) -> datetime | None:
        return max((member.undone_at for member in self.members if member.undone_at), default=None)

    @property
    def duplicates(self) -> list[Customer]:
        return [member.duplicate for member in self.members]

    @property
    def first_duplicates(self) -> list[Customer]:
        return self.duplicates[:MOST_NAMED]

    @property
    def more_duplicates(self) -> int:
        return max(len(self.members) - MOST_NAMED, 0)

    @property
    def state(self) -> str:
        if self.merge.undone_at:
            return MergeState.UNDONE.label
        if erased_side(self.merge, self.members):
            return MergeState.ERASED.label
        return "Partly undone" if any(member.undone_at for member in self.members) else MergeState.ACTIVE.label


@dataclass(frozen=True)
class MergePage:
    """`newer` and `older` are the cursors of the neighbouring pages, None without one."""

    rows: Sequence[MergeRow]
    newer: Cursor | None
    older: Cursor | None


def page(filters: MergeFilter, *, before: Cursor | None = None, after: Cursor | None = None) -> MergePage:
    merges = filter_merges(filters)
    if after and (later := list(_after(merges, after)[: PAGE + 1])):
        shown = later[:PAGE][::-1]
        return MergePage(_rows(shown), _newer(shown, is_more=len(later) > PAGE), _cursor(shown[-1]))
    earlier = list(_before(merges, before)[: PAGE + 1])
    shown = earlier[:PAGE]
    return MergePage(_rows(shown), _newer(shown, is_more=bool(before)), _older(shown, is_more=len(earlier) > PAGE))


def csv_rows(filters: MergeFilter) -> Iterator[Sequence[Any]]:
    """All merges, in the columns of HEADER; times are UTC."""
    cursor = None
    while batch := list(_before(filter_merges(filters), cursor)[:BATCH]):
        yield from map(_csv_row, _rows(batch))
        cursor = _cursor(batch[-1])


def filter_merges(filters: MergeFilter) -> QuerySet[Merge]:
    merges = Merge.objects.select_related("survivor", "by", "undone_by")
    if filters.customers is not None:
        # Two subqueries: joined by OR, the two conditions would scan all merges.
        customers = list(merged_into_any(filters.customers))
        as_survivor = Merge.objects.filter(survivor__in=customers).values("pk")
        as_duplicate = MergeMember.objects.filter(duplicate__in=customers).values("merge")
        merges = merges.filter(pk__in=as_survivor.union(as_duplicate))
    return merges.filter(filters.condition)


def _rows(merges: Sequence[Merge]) -> list[MergeRow]:
    members: dict[int, list[MergeMember]] = {merge.pk: [] for merge in merges}
    of_merges = MergeMember.objects.filter(merge__in=members).select_related("duplicate", "undone_by")
    for member in of_merges.order_by("duplicate"):
        members[member.merge_id].append(member)
    records = {pk: [record for member in of_merge for record in member.records] for pk, of_merge in members.items()}
    totals = order_totals([record for moved in records.values() for record in moved])
    return [
        MergeRow(merge, members[merge.pk], sum(totals[record].orders for record in records[merge.pk]))
        for merge in merges
    ]


def undone_by(members: Collection[MergeMember]) -> str:
    names = list(dict.fromkeys(str(member.undone_by) for member in members if member.undone_by))
    return join_words(names) if names else ""


def _before(merges: QuerySet[Merge], cursor: Cursor | None) -> QuerySet[Merge]:
    if cursor:
        merges = merges.filter(compared_to(cursor, "lt", by="created"))
    return merges.order_by("-created", "-pk")


def _after(merges: QuerySet[Merge], cursor: Cursor) -> QuerySet[Merge]:
    return merges.filter(compared_to(cursor, "gt", by="created")).order_by("created", "pk")


def _cursor(merge: Merge) -> Cursor:
    return Cursor(merge.created, merge.pk)


def _newer(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return _cursor(shown[0]) if shown and is_more else None


def _older(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return _cursor(shown[-1]) if shown and is_more else None


def _csv_row(row: MergeRow) -> Sequence[Any]:
    merge = row.merge
    return (
        merge.pk,
        merge.uuid,
        _utc_text(merge.created),
        str(merge.by or "API client"),
        merge.get_via_display(),
        merge.survivor_id,
        merge.survivor.name,
        " ".join(str(customer.pk) for customer in row.duplicates),
        ", ".join(customer.name for customer in row.duplicates),
        row.orders,
        merge.reason,
        row.state,
        _utc_text(row.latest_undo_at),
        str(merge.undone_by or row.partly_undone_by),
    )


def _utc_text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
