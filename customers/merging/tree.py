"""The merge tree: all merges, active and undone, that connect the customers of a merge.

A customer that was merged more than once appears in several places. Its own duplicates appear below one of them only:
below its active merge, or else its latest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from customers.merging.names_then import fill_names_of
from customers.models import Customer, Merge, MergeMember

MOST = 40


@dataclass(frozen=True)
class MergeTreeNode:
    """A customer, and the part of a merge that merged it into the one above.

    `name` is that at the merge. Who was merged into none has the name of today, as it is no one merge's.
    """

    customer: Customer
    name: str
    member: MergeMember | None
    merged: Sequence[MergeTreeNode]


@dataclass(frozen=True)
class MergeTree:
    roots: Sequence[MergeTreeNode]
    is_cut_off: bool
    """Whether there are more than MOST parts of merges."""


def merge_tree(merge: Merge) -> MergeTree:
    members = _connected(merge)
    shown = members[:MOST]
    fill_names_of(shown)
    return MergeTree(list(_roots(shown)), is_cut_off=len(members) > MOST)


def _connected(merge: Merge) -> list[MergeMember]:
    """The members of all merges that lead from one customer of `merge` to another, its own first."""
    rows = MergeMember.objects.select_related("merge__survivor", "duplicate").order_by("merge__created", "pk")
    members = {member.pk: member for member in rows.filter(merge=merge)[: MOST + 1]}
    seen: set[int] = set()
    level = _customers(members.values())
    while level and len(members) <= MOST:
        seen |= level
        for is_touched in (Q(duplicate__in=level), Q(merge__survivor__in=level)):
            members |= {member.pk: member for member in rows.filter(is_touched)[: MOST + 1]}
        level = _customers(members.values()) - seen
    return list(members.values())


def _customers(members: Collection[MergeMember]) -> set[int]:
    return {pk for member in members for pk in (member.duplicate_id, member.merge.survivor_id)}


def _roots(members: Sequence[MergeMember]) -> Iterator[MergeTreeNode]:
    merged_into: defaultdict[int, list[MergeMember]] = defaultdict(list)
    main: dict[int, MergeMember] = {}
    customers: dict[int, Customer] = {}
    for member in sorted(members, key=lambda m: (m.undone_at is None, m.merge.created, m.pk)):
        main[member.duplicate_id] = member  # the last assignment wins: an active merge, or else the latest
    for member in sorted(members, key=lambda m: (m.merge.created, m.pk)):
        merged_into[member.merge.survivor_id].append(member)
        customers |= {member.merge.survivor_id: member.merge.survivor, member.duplicate_id: member.duplicate}
    unplaced = set(customers)

    def node(customer: int, member: MergeMember | None) -> MergeTreeNode:
        is_here = customer in unplaced and (member is None or main[customer] == member)
        if is_here:
            unplaced.remove(customer)
        merged = [node(part.duplicate_id, part) for part in merged_into[customer]] if is_here else []
        name = member.duplicate_then if member else customers[customer].name_with_number
        return MergeTreeNode(customers[customer], name, member, merged)

    # Customers that were never merged come first; where all were merged at some time, the live ones do.
    for pk in sorted(customers, key=lambda pk: (pk in main, not customers[pk].is_live, pk)):
        if pk in unplaced:
            yield node(pk, None)
