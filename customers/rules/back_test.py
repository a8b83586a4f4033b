"""What a rule would do, said before it may be switched on. It merges nobody.

First the pairs that staff have decided: those they merged, those whose merge was undone, those they marked as not
duplicates or related. A merge is compared as the two customers were before it, all others as they are now. Then all
groups that nobody has decided. Who is exempt is not asked of decided pairs: nobody knows the tags of that day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone

from customers.matching.not_duplicates import ordered_pair
from customers.merging.conflicts import conflicts
from customers.models import Customer, MergeMember, MergeRule, NotDuplicate, Via
from customers.models.merge import OnConflict
from customers.models.rule import BackTest, RuleFinding
from customers.profile.derive import profile_values
from customers.records.ownership import merge_chains
from customers.rules.candidates import customers_from
from customers.rules.conditions import is_satisfied, weigh
from customers.rules.facts import RuleSide, SideFacts, read_facts
from customers.rules.findings import draw_sample, keep_finding
from customers.rules.groups import PairComparison, groups_around
from customers.rules.outcomes import outcome_of
from customers.rules.sides import past_sides

AT_ONCE = 100
MOST_DIFFERING = 200
Place = Sequence[Any]
"""Where the next part begins, fit for JSON: the name of a phase, and after what."""


def begin_back_test(rule: MergeRule, *, by: Any) -> BackTest:
    return BackTest.objects.create(rule=rule, version=rule.version, by=by)


def do_part(test: BackTest, place: Place) -> tuple[int, Place | None]:
    """Do a part of it; how many decisions or values were looked at, and where the next part begins, None at the end."""
    phases = {"merges": _merges, "marks": _marks, "groups": _groups}
    names = list(phases)
    if not place:
        RuleFinding.objects.filter(rule=test.rule).delete()
    name, *after = place or (names[0],)
    looked_at, following = phases[name](test, after)
    if following is not None:
        return looked_at, (name, *following)
    position = names.index(name) + 1
    if position < len(names):
        return looked_at, (names[position],)
    test.sample, test.ended = draw_sample(test.rule), timezone.now()
    test.save(update_fields=["sample", "ended"])
    return looked_at, None


def _merges(test: BackTest, after: Place) -> tuple[int, Place | None]:
    (last,) = after or (0,)
    by_people = MergeMember.objects.exclude(merge__via=Via.RULE) | MergeMember.objects.filter(undone_at__isnull=False)
    rows = by_people.filter(pk__gt=last, duplicate__erased_at=None, merge__survivor__erased_at=None)
    members = list(rows.select_related("merge").order_by("pk")[:AT_ONCE])
    sides = past_sides(members)
    for member in members:
        would_merge = _would_merge(test.rule, *sides[member.pk])
        if member.undone_at and would_merge:
            test.undone += 1
            _note_differing(test, member.merge.survivor_id, member.duplicate_id, "undone", member.merge_id)
        elif member.undone_at is None:
            test.merged += would_merge
            test.missed += not would_merge
    test.save(update_fields=["merged", "missed", "undone", "differing"])
    return len(members), [members[-1].pk] if len(members) == AT_ONCE else None


def _would_merge(rule: MergeRule, one: RuleSide, other: RuleSide) -> bool:
    # Read apart: both may have been part of one customer since, or of each other.
    facts = [read_facts([side])[side.head] for side in (one, other)]
    return _satisfy(rule, facts, [one, other])


def _satisfy(rule: MergeRule, facts: Sequence[SideFacts], sides: Sequence[RuleSide]) -> bool:
    if not is_satisfied(rule, facts[0], facts[1], weigh(facts, rule)):
        return False
    return rule.on_conflict != OnConflict.REVIEW or not conflicts([side.profile for side in sides])


def _marks(test: BackTest, after: Place) -> tuple[int, Place | None]:
    """Marks that an undo made are counted as the undo."""
    (last,) = after or (0,)
    marks = list(NotDuplicate.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
    chains = merge_chains({pk for mark in marks for pk in (mark.first_id, mark.second_id)})
    roots = {mark.pk: ordered_pair(chains[mark.first_id][-1], chains[mark.second_id][-1]) for mark in marks}
    undone = _undone_pairs(marks)
    live = Customer.objects.live().in_bulk({pk for pair in roots.values() for pk in pair})
    comparison = PairComparison(test.rule)
    comparison.satisfied({pair for pair in roots.values() if pair[0] != pair[1] and live.keys() >= {*pair}})
    for mark in marks:
        pair = roots[mark.pk]
        if pair[0] == pair[1] or not live.keys() >= {*pair} or (mark.first_id, mark.second_id) in undone:
            continue
        profiles = [profile_values(live[pk]) for pk in pair]
        is_left = test.rule.on_conflict == OnConflict.REVIEW and conflicts(profiles)
        if comparison.satisfied({pair}) and not is_left:
            test.marked += 1
            _note_differing(test, *pair, "marked", mark.pk)
    test.save(update_fields=["marked", "differing"])
    return len(marks), [marks[-1].pk] if len(marks) == AT_ONCE else None


def _undone_pairs(marks: Collection[NotDuplicate]) -> set[tuple[int, int]]:
    customers = {pk for mark in marks for pk in (mark.first_id, mark.second_id)}
    members = MergeMember.objects.filter(duplicate__in=customers, undone_at__isnull=False)
    return {ordered_pair(*pair) for pair in members.values_list("merge__survivor", "duplicate")}


def _note_differing(test: BackTest, one: int, other: int, decision: str, number: int) -> None:
    if len(test.differing) < MOST_DIFFERING:
        test.differing.append([one, other, decision, number])


def _groups(test: BackTest, after: Place) -> tuple[int, Place | None]:
    customers, following = customers_from(test.rule, after, most=AT_ONCE)
    for group in groups_around(test.rule, customers):
        if outcome := outcome_of(test.rule, group):
            keep_finding(test.rule, outcome)
    return len(customers), following
