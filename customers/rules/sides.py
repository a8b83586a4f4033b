"""The sides of live customers: what rules compare with whom.

Staff who merged two customers said that they are one, so these are one side. A rule said it only of its own condition:
those whom it merged stay sides of their own, each of which must satisfy a rule. So a rule merges no chain, also not in
several steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from customers.models import Customer, MergeMember, SourceRecord, Via
from customers.profile.derive import profile_values
from customers.profile.replay import ProfileHistory
from customers.records.ownership import merged_below
from customers.rules.facts import RuleSide


def live_sides(customers: Collection[Customer]) -> dict[int, list[RuleSide]]:
    """{live customer: its sides}."""
    origins: defaultdict[int, set[int]] = defaultdict(set)
    rows = SourceRecord.objects.filter(customer__in=customers).values_list("customer", "origin").distinct()
    for owner, origin in rows:
        origins[owner].add(origin)
    ruled = _merged_by_rule(set().union(*origins.values()))
    sides = {}
    for customer in customers:
        parts = origins[customer.pk] | {customer.pk}
        if ruled & parts:
            sides[customer.pk] = _sides_of_merged(customer.pk)
        else:
            sides[customer.pk] = [RuleSide(customer.pk, frozenset(parts), profile_values(customer))]
    return sides


def _merged_by_rule(origins: Collection[int]) -> set[int]:
    members = MergeMember.objects.filter(duplicate__in=origins, undone_at=None, merge__via=Via.RULE)
    return set(members.values_list("duplicate", flat=True))


def _sides_of_merged(root: int) -> list[RuleSide]:
    history = ProfileHistory([root])
    survivor_of = {member.duplicate_id: member.merge.survivor_id for member in history.members}
    parts = {(member.merge_id, member.duplicate_id) for member in history.members if member.merge.via == Via.RULE}
    heads = {root} | {duplicate for _, duplicate in parts}
    members: defaultdict[int, set[int]] = defaultdict(set)
    for customer in {root, *survivor_of}:
        members[_head(customer, survivor_of, heads)].add(customer)
    return [
        RuleSide(head, frozenset(origins), history.profile(head, without=frozenset(parts)))
        for head, origins in sorted(members.items())
    ]


def _head(customer: int, survivor_of: Mapping[int, int], heads: Collection[int]) -> int:
    while customer not in heads:
        customer = survivor_of[customer]
    return customer


def past_sides(members: Collection[MergeMember]) -> dict[int, tuple[RuleSide, RuleSide]]:
    """{member of a merge: the survivor and the duplicate as they were before it}."""
    customers = {pk for member in members for pk in (member.duplicate_id, member.merge.survivor_id)}
    history = ProfileHistory(customers)
    below = merged_below([member.duplicate_id for member in members])
    earlier = _merged_before(members)
    sides = {}
    for member in members:
        merge, duplicate = member.merge, member.duplicate_id
        survivor_profile = history.derived(merge.survivor_id, until=merge.version - 1).values
        duplicate_profile = history.derived(duplicate, until=member.version).values
        sides[member.pk] = (
            RuleSide(merge.survivor_id, frozenset({merge.survivor_id, *earlier[member.pk]}), survivor_profile),
            RuleSide(duplicate, frozenset({duplicate, *below[duplicate]}), duplicate_profile),
        )
    return sides


def _merged_before(members: Collection[MergeMember]) -> dict[int, set[int]]:
    """{member of a merge: who was part of the survivor already}."""
    survivors = {member.merge.survivor_id for member in members}
    standing = MergeMember.objects.filter(merge__survivor__in=survivors, undone_at=None)
    direct = list(standing.values_list("merge__survivor", "merge__version", "duplicate"))
    below = merged_below({duplicate for _, _, duplicate in direct})
    return {
        member.pk: {
            pk
            for survivor, version, duplicate in direct
            if survivor == member.merge.survivor_id and version < member.merge.version
            for pk in (duplicate, *below[duplicate])
        }
        for member in members
    }
