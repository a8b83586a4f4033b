"""Groups of customers of whom every two satisfy a rule.

Customers are connected by pairs that satisfy it. A group in which not every pair does, or of which two are known to be
apart, is left to a person: A may be B and B may be C, but then A and C must look alike, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from customers.matching.not_duplicates import not_duplicates_among, ordered_pair
from customers.models import Customer, MergeMember, MergeRule
from customers.records.ownership import merge_chains, merged_into_any
from customers.rules.candidates import candidate_pairs
from customers.rules.conditions import Pair, Weights, is_satisfied, weigh
from customers.rules.facts import SideFacts, read_facts
from customers.rules.sides import live_sides

MOST_AROUND = 300
"""Customers that are compared at once. A group that goes on beyond is too large anyway."""


@dataclass(frozen=True)
class RuleGroup:
    """`is_whole` when every two satisfy the rule; `is_apart` when staff said of two that they are not the same."""

    customers: frozenset[int]
    is_whole: bool
    is_apart: bool


def groups_around(rule: MergeRule, customers: Collection[int]) -> list[RuleGroup]:
    """The groups that one of `customers` is in."""
    seeds = frozenset(Customer.objects.live().filter(pk__in=customers).values_list("pk", flat=True))
    satisfied: set[Pair] = set()
    looked_up: set[int] = set()
    comparison = PairComparison(rule)
    frontier = {*seeds}
    while frontier and len(looked_up) <= MOST_AROUND + len(seeds):
        looked_up |= frontier
        pairs = comparison.satisfied(candidate_pairs(rule, frontier))
        satisfied |= pairs
        frontier = {pk for pair in pairs for pk in pair} - looked_up
    return [group for group in _groups(comparison, satisfied) if group.customers & seeds]


def group_of(rule: MergeRule, customers: Collection[int]) -> RuleGroup:
    """These customers as a group, compared anew: of what is locked by now."""
    comparison = PairComparison(rule)
    pairs = set(combinations(sorted(customers), 2))
    is_whole = comparison.satisfied(pairs) == pairs
    return RuleGroup(frozenset(customers), is_whole, bool(apart_among(customers)))


def _groups(comparison: PairComparison, satisfied: Collection[Pair]) -> Iterable[RuleGroup]:
    groups = connected(satisfied)
    apart = apart_among({pk for pair in satisfied for pk in pair})
    for customers in groups:
        pairs = set(combinations(sorted(customers), 2))
        is_whole = len(customers) <= comparison.rule.largest_group and comparison.satisfied(pairs) == pairs
        yield RuleGroup(customers, is_whole, bool(pairs & apart))


def connected(pairs: Iterable[Pair]) -> list[frozenset[int]]:
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        together = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(together, together))
    return [frozenset(group) for group in {id(group): group for group in group_of.values()}.values()]


class PairComparison:
    """Pairs of live customers under a rule; what is read of a customer is read once."""

    def __init__(self, rule: MergeRule) -> None:
        self.rule = rule
        self._facts: dict[int, list[SideFacts]] = {}
        self._known: dict[Pair, bool] = {}

    def satisfied(self, pairs: Collection[Pair]) -> set[Pair]:
        """Those of which every part of the one satisfies the rule with every part of the other."""
        new = {*pairs} - self._known.keys()
        self._read({pk for pair in new for pk in pair} - self._facts.keys())
        facts = [one for pk in {pk for pair in new for pk in pair} for one in self._facts.get(pk, [])]
        weights = weigh(facts, self.rule) if new else None
        for pair in new:
            self._known[pair] = weights is not None and self._is_satisfied(pair, weights)
        return {pair for pair in pairs if self._known[pair]}

    def _is_satisfied(self, pair: Pair, weights: Weights) -> bool:
        one, other = (self._facts.get(pk, []) for pk in pair)
        if not (one and other):
            return False
        return all(is_satisfied(self.rule, mine, theirs, weights) for mine in one for theirs in other)

    def _read(self, customers: Collection[int]) -> None:
        if not customers:
            return
        sides = live_sides(list(Customer.objects.live().filter(pk__in=customers)))
        facts = read_facts([side for of_customer in sides.values() for side in of_customer])
        self._facts |= {pk: [facts[side.head] for side in of_customer] for pk, of_customer in sides.items()}


def apart_among(customers: Collection[int]) -> set[Pair]:
    """Pairs of the live `customers` whom staff marked as not duplicates or related, or whose merge was undone.

    Also where it was about customers who are part of them by now.
    """
    return {*not_duplicates_among(customers)} | _undone_among(customers)


def _undone_among(customers: Collection[int]) -> set[Pair]:
    """All whom an undone merge had joined, also two duplicates of it.

    An undo marks them as not duplicates; whoever reverses the mark still has to merge them.
    """
    live_of: Mapping[int, int] = merged_into_any(customers)
    undone = MergeMember.objects.filter(undone_at__isnull=False)
    # Each side by its own index: one condition about both would read all that was ever undone.
    as_duplicates, as_survivors = undone.filter(duplicate__in=live_of), undone.filter(merge__survivor__in=live_of)
    merges = {*as_duplicates.values_list("merge", flat=True), *as_survivors.values_list("merge", flat=True)}
    parted: defaultdict[int, set[int]] = defaultdict(set)
    for merge, survivor, duplicate in undone.filter(merge__in=merges).values_list(
        "merge", "merge__survivor", "duplicate"
    ):
        parted[merge] |= {survivor, duplicate}
    pairs = [pair for together in parted.values() for pair in combinations(sorted(together), 2)]
    chains = merge_chains({pk for pair in pairs for pk in pair} - live_of.keys())
    roots = {**{pk: chain[-1] for pk, chain in chains.items()}, **live_of}
    apart = {ordered_pair(roots[one], roots[other]) for one, other in pairs if roots[one] != roots[other]}
    return {pair for pair in apart if {*pair} <= {*customers}}
