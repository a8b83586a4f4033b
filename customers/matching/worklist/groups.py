"""Groups of customers who may be the same person: customers connected by values that two or more of them share.

Groups are read a window at a time, so that a page costs the same at a million customers: the newest shared values, and
all other values that their customers share. A group belongs to the window of its newest value. Ignored values connect
no customers; values that very many have (a shared mailbox, a switchboard) connect those with the same first and last
name (`keys`). Pairs marked not duplicates are not connected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from customers.matching.duplicates import connected_by
from customers.matching.keys import weigh_keys
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.written_digits import without_digits_of_two_numbers
from customers.models import Customer, MatchKey, SharedValue
from customers.models.matching import Key

WINDOW = 100
MOST_WINDOWS = 10

Pair = tuple[int, int]
Sharers = dict[Key, list[set[int]]]
"""{key: sets of customers whom it connects}."""


@dataclass(frozen=True)
class ConnectedCustomers:
    """Customers by primary key, the values that connect them, and the newest of these."""

    customers: frozenset[int]
    keys: frozenset[Key]
    newest: int


@dataclass(frozen=True)
class Window:
    """The groups of some shared values. Too many have the values in `too_many`, which connect only namesakes."""

    groups: tuple[ConnectedCustomers, ...]
    too_many: tuple[Key, ...]
    following: int
    """Where the next window begins; 0 when this is the last."""


def first_window_with_groups(before: int = 0) -> Window:
    """The next window with a group in it; after MOST_WINDOWS without one, the last of these."""
    window = read_window(before)
    for _ in range(MOST_WINDOWS - 1):
        if window.groups or not window.following:
            break
        window = read_window(window.following)
    return window


def read_window(before: int = 0) -> Window:
    """The groups whose newest value is one of the next WINDOW shared values older than `before`."""
    values = SharedValue.objects.filter(pk__lt=before) if before else SharedValue.objects.all()
    rows = list(values.order_by("-pk")[: WINDOW + 1])
    number_of = {(row.kind, row.value): row.pk for row in rows[:WINDOW]}
    oldest = min(number_of.values(), default=0)
    sharers, too_many = _sharers(number_of)
    numbers = _shared_by(_customers_in(sharers))
    sharers, _ = _sharers(numbers)
    groups = tuple(
        group for group in _groups(sharers, numbers) if oldest <= group.newest and (not before or group.newest < before)
    )
    return Window(groups, tuple(sorted(too_many)), oldest if len(rows) > WINDOW else 0)


def _shared_by(customers: Collection[int]) -> dict[Key, int]:
    """{key that one of `customers` shares: primary key of its SharedValue}."""
    keys = MatchKey.objects.filter(source_record__customer__in=customers)
    shared = SharedValue.objects.among(keys.values_list("kind", "value").distinct())
    return {(row.kind, row.value): row.pk for row in shared}


def _sharers(keys: Collection[Key]) -> tuple[Sharers, frozenset[Key]]:
    weighed = weigh_keys(keys)
    sharers: Sharers = {}
    for key, customers in connected_by(weighed):
        sharers.setdefault(key, []).append(customers)
    return sharers, weighed.crowded


def _customers_in(sharers: Sharers) -> set[int]:
    return set().union(*(customers for sets in sharers.values() for customers in sets))


def _groups(sharers: Sharers, numbers: Mapping[Key, int]) -> Iterator[ConnectedCustomers]:
    dismissed = not_duplicates_among(_customers_in(sharers))
    keys_of: defaultdict[Pair, set[Key]] = defaultdict(set)
    for key, sets in sharers.items():
        for pair in (pair for customers in sets for pair in combinations(sorted(customers), 2)):
            if pair not in dismissed:
                keys_of[pair].add(key)
    counting = without_digits_of_two_numbers(keys_of)
    for together in connect_pairs(counting):
        keys = {key for pair, pair_keys in counting.items() if pair[0] in together for key in pair_keys}
        yield ConnectedCustomers(together, frozenset(keys), max(numbers[key] for key in keys))


def connect_pairs(pairs: Iterable[Pair]) -> list[frozenset[int]]:
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        together = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(together, together))
    return [frozenset(group) for group in {id(group): group for group in group_of.values()}.values()]


def customers_of(groups: Iterable[ConnectedCustomers]) -> dict[int, Customer]:
    return Customer.objects.live().in_bulk(set().union(*(group.customers for group in groups)))
