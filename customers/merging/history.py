"""The merge history: merges of all customers, filtered, newest first, as pages; `export_columns.py` has them as a file.

A page reads the index on (created, id) from its cursor, forwards or backwards, without OFFSET and COUNT.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet, TextChoices

from customers.lib.pages import PAGE, Cursor, compared_to
from customers.lib.phrases import join_words
from customers.merging.names_then import fill_names
from customers.merging.preview import ValueChange
from customers.merging.undo_plan import erased_side
from customers.models import Customer, Merge, MergeMember
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
MOST_NAMED = 5


@dataclass(frozen=True)
class MergeFilter:
    """`customers`: only merges of these, and of customers merged into them; None for all."""

    condition: Q = field(default_factory=Q)
    customers: Collection[int] | None = None


@dataclass(frozen=True)
class MergeRow:
    """A merge in the list; `orders` is the present number of orders of the moved records. Files have `changes`."""

    merge: Merge
    members: Sequence[MergeMember]
    orders: int
    changes: Sequence[ValueChange] = ()

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
    def first_members(self) -> Sequence[MergeMember]:
        return self.members[:MOST_NAMED]

    @property
    def more_duplicates(self) -> int:
        return max(len(self.members) - MOST_NAMED, 0)

    @property
    def _standing(self) -> list[Customer]:
        return [member.duplicate for member in self.members if not member.undone_at]

    @property
    def to_restore(self) -> list[Customer]:
        """The first of those whom an undo restores."""
        return self._standing[:MOST_NAMED]

    @property
    def more_to_restore(self) -> int:
        return max(len(self._standing) - MOST_NAMED, 0)

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
        return MergePage(
            merge_rows(shown), _newer(shown, is_more=len(later) > PAGE), Cursor.of(shown[-1], by="created")
        )
    earlier = list(merges_before(merges, before)[: PAGE + 1])
    shown = earlier[:PAGE]
    return MergePage(merge_rows(shown), _newer(shown, is_more=bool(before)), _older(shown, is_more=len(earlier) > PAGE))


def filter_merges(filters: MergeFilter) -> QuerySet[Merge]:
    # Rules are read apart: most merges have none.
    merges = Merge.objects.select_related("survivor", "by", "confirmed_by", "undone_by").prefetch_related("rule")
    if filters.customers is not None:
        # Two subqueries: joined by OR, the two conditions would scan all merges.
        customers = list(merged_into_any(filters.customers))
        as_survivor = Merge.objects.filter(survivor__in=customers).values("pk")
        as_duplicate = MergeMember.objects.filter(duplicate__in=customers).values("merge")
        merges = merges.filter(pk__in=as_survivor.union(as_duplicate))
    return merges.filter(filters.condition)


def merge_rows(merges: Sequence[Merge]) -> list[MergeRow]:
    """The merges with their members, in this order."""
    members: dict[int, list[MergeMember]] = {merge.pk: [] for merge in merges}
    of_merges = MergeMember.objects.filter(merge__in=members).select_related("duplicate", "undone_by")
    for member in of_merges.order_by("duplicate"):
        members[member.merge_id].append(member)
    fill_names(merges, [member for of_merge in members.values() for member in of_merge])
    records = {pk: [record for member in of_merge for record in member.records] for pk, of_merge in members.items()}
    totals = order_totals([record for moved in records.values() for record in moved])
    return [
        MergeRow(merge, members[merge.pk], sum(totals[record].orders for record in records[merge.pk]))
        for merge in merges
    ]


def undone_by(members: Collection[MergeMember]) -> str:
    names = list(dict.fromkeys(str(member.undone_by) for member in members if member.undone_by))
    return join_words(names) if names else ""


def merges_before(merges: QuerySet[Merge], cursor: Cursor | None) -> QuerySet[Merge]:
    return merges.filter(compared_to(cursor, "lt", by="created")).order_by("-created", "-pk")


def _after(merges: QuerySet[Merge], cursor: Cursor) -> QuerySet[Merge]:
    return merges.filter(compared_to(cursor, "gt", by="created")).order_by("created", "pk")


def _newer(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return Cursor.of(shown[0], by="created") if shown and is_more else None


def _older(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return Cursor.of(shown[-1], by="created") if shown and is_more else None
