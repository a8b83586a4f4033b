"""Groups of customers who may be the same person: customers connected by values that two or more of them share.

Groups are read around some shared values at a time, so that a page costs the same at a million customers: those values,
and all other values that their customers share. A group belongs to the place of its best value (`queue.py`). Ignored
values connect no customers; values that very many have (a shared mailbox, a switchboard) connect those with the same
first and last name (`keys`). Who are marked as not duplicates are in no group together, and no chain makes one
(`cohesion.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from customers.matching.digit_matches import without_digits_of_two_numbers
from customers.matching.duplicates import connected_by
from customers.matching.judgement import match_strength
from customers.matching.keys import weigh_keys
from customers.matching.likely.told_apart import LiveToldApart
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.worklist.cohesion import Pair, Ties, group_pairs
from customers.models import Customer, MatchKey, SharedValue
from customers.models.matching import Key

Place = tuple[int, int]
"""The rank and the number of a shared value, or of a likely pair. In the worklist, the highest comes first."""
Sharers = dict[Key, list[set[int]]]
"""{key: sets of customers whom it connects}."""


@dataclass(frozen=True)
class ConnectedCustomers:
    """Customers by primary key, the values that connect them, and the best place of these.

    `bridges` are pairs of one customer of the group and one of another, who share a value.
    """

    customers: frozenset[int]
    keys: frozenset[Key]
    place: Place
    bridges: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """The groups around some shared values. Too many have the values in `too_many`, which connect only namesakes.

    `rows` are the shared values of all customers in them.
    """

    groups: tuple[ConnectedCustomers, ...]
    too_many: tuple[Key, ...]
    rows: Mapping[Key, SharedValue]


def groups_around(values: Sequence[SharedValue]) -> Surroundings:
    sharers, too_many = _sharers({(row.kind, row.value) for row in values})
    rows = _shared_by(_customers_in(sharers))
    sharers, _ = _sharers(rows)
    places = {key: (row.rank, row.pk) for key, row in rows.items()}
    return Surroundings(tuple(_groups(sharers, places)), tuple(sorted(too_many)), rows)


def _shared_by(customers: Collection[int]) -> dict[Key, SharedValue]:
    """{key that one of `customers` shares: its SharedValue}."""
    keys = MatchKey.objects.filter(source_record__customer__in=customers)
    shared = SharedValue.objects.among(keys.values_list("kind", "value").distinct())
    return {(row.kind, row.value): row for row in shared}


def _sharers(keys: Collection[Key]) -> tuple[Sharers, frozenset[Key]]:
    weighed = weigh_keys(keys)
    sharers: Sharers = {}
    for key, customers in connected_by(weighed):
        sharers.setdefault(key, []).append(customers)
    return sharers, weighed.crowded


def _customers_in(sharers: Sharers) -> set[int]:
    return set().union(*(customers for sets in sharers.values() for customers in sets))


def _groups(sharers: Sharers, places: Mapping[Key, Place]) -> Iterator[ConnectedCustomers]:
    customers_in = _customers_in(sharers)
    dismissed = not_duplicates_among(customers_in).keys()
    keys_of: defaultdict[Pair, set[Key]] = defaultdict(set)
    for key, sets in sharers.items():
        for pair in (pair for customers in sets for pair in combinations(sorted(customers), 2)):
            if pair not in dismissed:
                keys_of[pair].add(key)
    counting = without_digits_of_two_numbers(keys_of)
    strengths = {pair: match_strength(kind for kind, _ in keys) for pair, keys in counting.items()}
    grouping = group_pairs(Ties(strengths, dismissed, are_apart=LiveToldApart(customers_in)))
    for together in grouping.groups:
        keys = {key for pair, pair_keys in counting.items() if together >= {*pair} for key in pair_keys}
        bridges = tuple(pair for pair in grouping.bridges if together & {*pair})
        yield ConnectedCustomers(together, frozenset(keys), max(places[key] for key in keys), bridges)


def customers_of(groups: Iterable[ConnectedCustomers]) -> dict[int, Customer]:
    groups = list(groups)
    bridging = (pair for group in groups for pair in group.bridges)
    return Customer.objects.live().in_bulk(set().union(*(group.customers for group in groups), *bridging))
