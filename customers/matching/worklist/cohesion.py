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


def group_pairs(likely: Mapping[Pair, float], *, least_connected: float = LEAST_CONNECTED) -> Grouping:
    """Join the likeliest pair first; {(lower, higher customer): probability} of pairs that are likely."""
    group_of = {customer: frozenset({customer}) for pair in likely for customer in pair}
    strongest_first = sorted(likely, key=lambda pair: (-likely[pair], pair))
    for one, other in strongest_first:
        joined = group_of[one] | group_of[other]
        if group_of[one] is not group_of[other] and _are_connected(
            group_of[one], group_of[other], likely, least=least_connected
        ):
            group_of.update(dict.fromkeys(joined, joined))
    groups = dict.fromkeys(group for pair in strongest_first for group in _of(pair, group_of) if len(group) > 1)
    bridges = tuple(pair for pair in strongest_first if group_of[pair[0]] != group_of[pair[1]])
    return Grouping(tuple(groups), bridges)


def _of(pair: Pair, group_of: Mapping[int, frozenset[int]]) -> Iterable[frozenset[int]]:
    return (group_of[customer] for customer in pair)


def _are_connected(one: frozenset[int], other: frozenset[int], likely: Mapping[Pair, float], *, least: float) -> bool:
    between = [(min(a, b), max(a, b)) in likely for a in one for b in other]
    return sum(between) >= least * len(between)
