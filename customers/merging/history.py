"""The history of merges, newest first, all of them or those that somebody asks for: a page at a time, or as rows.

A page is entered through the index of when merges were made, from either side; nothing is skipped and nothing counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from customers.lib.batches import BATCH
from customers.merging import aftermath
from customers.merging.undo_plan import erased_side
from customers.models import Customer, Merge, MergeMember
from customers.records.newest import Cursor
from customers.records.ownership import merged_into_any
from customers.totals.sums import order_totals

IN_FORCE, UNDONE, ERASED = "in force", "undone", "erased"
STATES = {
    IN_FORCE: {"undone_at__isnull": True, "survivor__erased_at__isnull": True},
    UNDONE: {"undone_at__isnull": False},
    ERASED: {"undone_at__isnull": True, "survivor__erased_at__isnull": False},
}
PAGE = 25
MOST_NAMED = 5
HEADER = (
    "Merge", "Uuid", "Merged at", "User", "Method", "Kept", "Kept, name", "Merged", "Merged, names",
    "Orders moved", "Reason", "Status", "Undone", "Undone by",
)  # fmt: skip


@dataclass(frozen=True)
class MergeFilter:
    """Which merges. `of` are customers: their merges, and those of everybody who is part of them; None is anybody's.

    `by` is a user, or 0 for programs; `state` is "" for all. What stands and is of who was erased is in force no more.
    """

    of: Collection[int] | None = None
    by: int | None = None
    via: str = ""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class MergeRow:
    """A merge in the list; `orders` are those of the records that moved, as many as they have now."""

    merge: Merge
    members: Sequence[MergeMember]
    orders: int
    taken_back_by: str = ""
    """By whom a part of it was."""

    @property
    def taken_back_at(self) -> datetime | None:
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
            return "Undone"
        if erased_side(self.merge, self.members):
            return "Erased"
        return "Partly undone" if any(member.undone_at for member in self.members) else "Active"


@dataclass(frozen=True)
class MergePage:
    """`newer` and `older` are where the pages beside it begin; None where there is none."""

    lines: Sequence[MergeRow]
    newer: Cursor | None
    older: Cursor | None


def merges(wanted: MergeFilter) -> QuerySet[Merge]:
    found = Merge.objects.select_related("survivor", "by", "undone_by")
    if wanted.of is not None:
        # A subquery of its own for each: joined by OR they would scan all merges.
        family = list(merged_into_any(wanted.of))
        survived = Merge.objects.filter(survivor__in=family).values("pk")
        took_part = MergeMember.objects.filter(duplicate__in=family).values("merge")
        found = found.filter(pk__in=survived.union(took_part))
    conditions: dict[str, Any] = {
        "by": wanted.by or None,
        "via": wanted.via,
        "created__gte": wanted.since,
        "created__lt": wanted.until,
    }
    if wanted.by == 0:
        conditions["by__isnull"] = True
    conditions |= STATES.get(wanted.state, {})
    return found.filter(**{name: value for name, value in conditions.items() if value not in (None, "")})


def page(wanted: MergeFilter, *, before: Cursor | None = None, after: Cursor | None = None) -> MergePage:
    """The merges made before a cursor, or those made just after one; the newest without either."""
    if after and (found := list(_after(merges(wanted), after)[: PAGE + 1])):
        shown = found[:PAGE][::-1]
        return MergePage(lines(shown), _newer(shown, is_more=len(found) > PAGE), _cursor(shown[-1]))
    found = list(_before(merges(wanted), before)[: PAGE + 1])
    shown = found[:PAGE]
    return MergePage(lines(shown), _newer(shown, is_more=bool(before)), _older(shown, is_more=len(found) > PAGE))


def rows(wanted: MergeFilter) -> Iterator[Sequence[Any]]:
    """All of them as under HEADER, a part at a time; times are UTC."""
    cursor = None
    while found := list(_before(merges(wanted), cursor)[:BATCH]):
        yield from map(_row, lines(found))
        cursor = _cursor(found[-1])


def lines(found: Sequence[Merge]) -> list[MergeRow]:
    members: dict[int, list[MergeMember]] = {merge.pk: [] for merge in found}
    for member in MergeMember.objects.filter(merge__in=members).select_related("duplicate").order_by("duplicate"):
        members[member.merge_id].append(member)
    of = order_totals([record for some in members.values() for member in some for record in member.records])
    who = aftermath.not_duplicate_by([each for merge in found if not merge.undone_at for each in members[merge.pk]])
    return [
        MergeRow(
            merge,
            members[merge.pk],
            sum(of[pk].orders for member in members[merge.pk] for pk in member.records),
            who.get(merge.pk, ""),
        )
        for merge in found
    ]


def _before(found: QuerySet[Merge], cursor: Cursor | None) -> QuerySet[Merge]:
    if cursor:
        # Written so that the index is entered at `created`, and the comparison of the pair only filters.
        found = found.filter(Q(created__lte=cursor.at) & (Q(created__lt=cursor.at) | Q(pk__lt=cursor.pk)))
    return found.order_by("-created", "-pk")


def _after(found: QuerySet[Merge], cursor: Cursor) -> QuerySet[Merge]:
    found = found.filter(Q(created__gte=cursor.at) & (Q(created__gt=cursor.at) | Q(pk__gt=cursor.pk)))
    return found.order_by("created", "pk")


def _cursor(merge: Merge) -> Cursor:
    return Cursor(merge.created, merge.pk)


def _newer(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return _cursor(shown[0]) if shown and is_more else None


def _older(shown: Sequence[Merge], *, is_more: bool) -> Cursor | None:
    return _cursor(shown[-1]) if shown and is_more else None


def _row(line: MergeRow) -> Sequence[Any]:
    merge = line.merge
    return (
        merge.pk,
        merge.uuid,
        _written(merge.created),
        str(merge.by or "API client"),
        merge.get_via_display(),
        merge.survivor_id,
        merge.survivor.name,
        " ".join(str(customer.pk) for customer in line.duplicates),
        ", ".join(customer.name for customer in line.duplicates),
        line.orders,
        merge.reason,
        line.state,
        _written(line.taken_back_at),
        str(merge.undone_by or line.taken_back_by),
    )


def _written(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
