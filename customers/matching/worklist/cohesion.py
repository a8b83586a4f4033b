"""Groups that hang together. A chain of pairs is no group: two families that one pair connects stay two groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST_CONNECTED = 1 / 3
"""Two groups become one if at least this share of the pairs between them are likely."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Grouping:
    """`bridges` are pairs that connect two groups, which they were not enough to make one."""

    groups: tuple[frozenset[int], ...]
    bridges: tuple[Pair, ...]


def group_pairs(
    likely: Mapping[Pair, float], *, least_connected: float = LEAST_CONNECTED, too_weak_alone: float = 0
) -> Grouping:
    """Join the likeliest pair first; {(lower, higher customer): probability} of pairs that are likely.

    One pair that is no likelier than `too_weak_alone` adds no third customer to two.
    """
    group_of = {customer: frozenset({customer}) for pair in likely for customer in pair}
    strongest_first = sorted(likely, key=lambda pair: (-likely[pair], pair))
    for one, other in strongest_first:
        if group_of[one] is group_of[other]:
            continue
        between = _between(group_of[one], group_of[other])
        connecting = [likely[pair] for pair in between if pair in likely]
        is_chain_of_three = (len(between), len(connecting)) == (2, 1)
        if len(connecting) < least_connected * len(between) or (is_chain_of_three and connecting[0] <= too_weak_alone):
            continue
        joined = group_of[one] | group_of[other]
        group_of.update(dict.fromkeys(joined, joined))
    groups = dict.fromkeys(group for pair in strongest_first for group in _of(pair, group_of) if len(group) > 1)
    bridges = tuple(pair for pair in strongest_first if group_of[pair[0]] != group_of[pair[1]])
    return Grouping(tuple(groups), bridges)


def _of(pair: Pair, group_of: Mapping[int, frozenset[int]]) -> Iterable[frozenset[int]]:
    return (group_of[customer] for customer in pair)


def _between(one: frozenset[int], other: frozenset[int]) -> list[Pair]:
    return [(min(a, b), max(a, b)) for a in one for b in other]
