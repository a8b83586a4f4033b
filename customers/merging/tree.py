"""The family of a merge: all merges, in force and undone, that connect its customers, as trees of who went into whom.

A customer who was merged more than once stands in each place; whoever went into them stands below one of these only,
where the merge is in force or else where it was the latest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from customers.lib.dates import format_day
from customers.models import Customer, Merge, MergeMember

MOST = 40


@dataclass(frozen=True)
class MergeTreeNode:
    """A customer, and the part of a merge by which they went into the one above."""

    customer: Customer
    member: MergeMember | None
    below: Sequence[MergeTreeNode]

    @property
    def sentence(self) -> str:
        if self.member is None:
            return self.customer.numbered
        merge, until = self.member.merge, self.member.undone_at
        one, survivor, since = self.customer.numbered, merge.survivor.numbered, format_day(merge.created)
        if until:
            return f"{one} was merged into {survivor} from {since} to {format_day(until)} ({merge})"
        return f"{one} is merged into {survivor} since {since} ({merge})"


@dataclass(frozen=True)
class MergeTree:
    """`is_cut_off` when there are more merges than a page shows."""

    tops: Sequence[MergeTreeNode]
    is_cut_off: bool


def merge_tree(merge: Merge) -> MergeTree:
    members = _connected(merge)
    return MergeTree(list(_trees(members[:MOST])), is_cut_off=len(members) > MOST)


def _connected(merge: Merge) -> list[MergeMember]:
    """The parts of all merges that lead from one of its customers to another, the merge's own first."""
    rows = MergeMember.objects.select_related("merge__survivor", "duplicate").order_by("merge__created", "pk")
    found = {member.pk: member for member in rows.filter(merge=merge)[: MOST + 1]}
    seen: set[int] = set()
    level = _people(found.values())
    while level and len(found) <= MOST:
        seen |= level
        for touching in (Q(duplicate__in=level), Q(merge__survivor__in=level)):
            found |= {member.pk: member for member in rows.filter(touching)[: MOST + 1]}
        level = _people(found.values()) - seen
    return list(found.values())


def _people(members: Collection[MergeMember]) -> set[int]:
    return {pk for member in members for pk in (member.duplicate_id, member.merge.survivor_id)}


def _trees(members: Sequence[MergeMember]) -> Iterator[MergeTreeNode]:
    into: defaultdict[int, list[MergeMember]] = defaultdict(list)
    main: dict[int, MergeMember] = {}
    customers: dict[int, Customer] = {}
    for member in sorted(members, key=lambda m: (m.undone_at is None, m.merge.created, m.pk)):
        main[member.duplicate_id] = member  # the last one that is written: in force, or else the latest
    for member in sorted(members, key=lambda m: (m.merge.created, m.pk)):
        into[member.merge.survivor_id].append(member)
        customers |= {member.merge.survivor_id: member.merge.survivor, member.duplicate_id: member.duplicate}
    left = set(customers)

    def node(customer: int, member: MergeMember | None) -> MergeTreeNode:
        is_here = customer in left and (member is None or main[customer] == member)
        if is_here:
            left.remove(customer)
        below = [node(each.duplicate_id, each) for each in into[customer]] if is_here else []
        return MergeTreeNode(customers[customer], member, below)

    # Those who went into nobody; then, where everybody once went into somebody, those who are customers now.
    for pk in sorted(customers, key=lambda pk: (pk in main, not customers[pk].is_live, pk)):
        if pk in left:
            yield node(pk, None)
