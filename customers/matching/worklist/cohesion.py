"""Groups that hang together. A chain of pairs is no group: two families that one pair connects stay two groups.

Two groups become one if enough of the pairs between them are likely, and fewer of them are told apart. So A and B, and
B and C, are three of one group only where A and C may be one, too (docs/decisions/0104).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

LEAST_CONNECTED = 1 / 3
"""Two groups become one if at least this share of the pairs between them are likely."""

Pair = tuple[int, int]
"""The lower customer first."""


def nobody_told_apart(pair: Pair) -> bool:
    return False


@dataclass(frozen=True)
class Grouping:
    """`bridges` are pairs that connect two groups, which they were not enough to make one."""

    groups: tuple[frozenset[int], ...]
    bridges: tuple[Pair, ...]


@dataclass(frozen=True)
class Ties:
    """What is known of pairs: {pair: probability} of those that are `likely`, and those that staff `marked`.

    One pair that is no likelier than `too_weak_alone` adds no third customer to two, and such pairs, like those that
    are not among the likely, are asked whether they `are_apart`.
    """

    likely: Mapping[Pair, float]
    marked: Collection[Pair] = ()
    least_connected: float = LEAST_CONNECTED
    too_weak_alone: float = 0
    are_apart: Callable[[Pair], bool] = nobody_told_apart

    def hold(self, one: frozenset[int], other: frozenset[int]) -> bool:
        """Whether two groups are one."""
        between = [(min(a, b), max(a, b)) for a in one for b in other]
        connecting = [self.likely[pair] for pair in between if pair in self.likely]
        if len(connecting) < self.least_connected * len(between):
            return False
        is_chain_of_three = (len(between), len(connecting)) == (2, 1)
        if is_chain_of_three and connecting[0] <= self.too_weak_alone:
            return False
        return len(between) == 1 or not (self._is_marked(between) or self._are_mostly_apart(between, len(connecting)))

    def _is_marked(self, between: Collection[Pair]) -> bool:
        return any(pair in self.marked for pair in between)

    def _are_mostly_apart(self, between: Iterable[Pair], connecting: int) -> bool:
        apart = 0
        for pair in between:
            apart += self.likely.get(pair, 0) <= self.too_weak_alone and self.are_apart(pair)
            if apart >= connecting:
                return True
        return False


def group_pairs(ties: Ties) -> Grouping:
    """Join the likeliest pair first."""
    likely = ties.likely
    group_of = {customer: frozenset({customer}) for pair in likely for customer in pair}
    strongest_first = sorted(likely, key=lambda pair: (-likely[pair], pair))
    refused = set()  # two groups that do not hold are connected by many pairs, and asked about once
    for one, other in strongest_first:
        two = (group_of[one], group_of[other])
        if two[0] is two[1] or frozenset(two) in refused:
            continue
        if ties.hold(*two):
            joined = two[0] | two[1]
            group_of.update(dict.fromkeys(joined, joined))
        else:
            refused.add(frozenset(two))
    groups = dict.fromkeys(group_of[customer] for pair in strongest_first for customer in pair)
    bridges = tuple(pair for pair in strongest_first if group_of[pair[0]] != group_of[pair[1]])
    return Grouping(tuple(group for group in groups if len(group) > 1), bridges)
