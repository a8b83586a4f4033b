"""Which match keys count, and how far: everything that recognises somebody by a key asks here.

A placeholder and an ignored value recognise nobody. A value that more than MOST_SHARING customers have, such as a
shared mailbox or a switchboard, recognises somebody only together with both names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F, IntegerField, OuterRef, Subquery, Value

from customers.lib.placeholders import is_placeholder_email, is_placeholder_phone
from customers.models import IgnoredValue, MatchKey, MatchKind, SharedValue
from customers.models.matching import Key

MOST_SHARING = 20
# So many records with a value are read to count its customers.
MOST_COUNTED = 500
IGNORED = -1


class CountedCustomers(Subquery):
    """The number of different values of `holder` in a subquery, which has a limit of its own."""

    template = "(SELECT COUNT(DISTINCT holder) FROM (%(subquery)s) AS holders)"
    output_field = IntegerField()


@dataclass(frozen=True)
class WeighedKeys:
    """Of the keys `own`, those that recognise somebody; the `crowded` ones only together with both names."""

    own: frozenset[Key]
    counting: frozenset[Key]
    crowded: frozenset[Key]

    @property
    def all(self) -> frozenset[Key]:
        return self.counting | self.crowded


def weigh_keys(keys: Collection[Key]) -> WeighedKeys:
    usable = {key for key in keys if not is_placeholder(*key)}
    return weigh_by(count_customers(usable), keys) if usable else WeighedKeys(frozenset(keys), frozenset(), frozenset())


def count_customers(usable: Collection[Key]) -> dict[Key, int]:
    """{key: how many customers have it} of those that two or more have; IGNORED of those that staff ignore."""
    having = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    customers = CountedCustomers(having.values(holder=F("source_record__customer"))[:MOST_COUNTED])
    shared = SharedValue.objects.among(usable).values_list("kind", "value", customers)
    ignored = IgnoredValue.objects.among(usable).values_list("kind", "value", Value(IGNORED))
    customers_of: dict[Key, int] = {}
    for kind, value, number in shared.union(ignored, all=True):
        customers_of[kind, value] = min(number, customers_of.get((kind, value), number))
    return customers_of


def weigh_by(customers_of: Mapping[Key, int], keys: Collection[Key]) -> WeighedKeys:
    """`keys` by how many customers have each of them, as `count_customers` counts."""
    usable = {key for key in keys if not is_placeholder(*key)}
    crowded = {key for key in usable if customers_of.get(key, 0) > MOST_SHARING}
    unused = {key for key in usable if customers_of.get(key, 0) == IGNORED}
    return WeighedKeys(frozenset(keys), frozenset(usable - crowded - unused), frozenset(crowded))


@lru_cache(8192)  # an import asks several times about each key of a chunk
def is_placeholder(kind: str, value: str) -> bool:
    """Whether the normal form `value` is made up. IgnoredValue names more."""
    return is_placeholder_email(value) if kind == MatchKind.EMAIL else is_placeholder_phone(value)


def ignored_keys(keys: Collection[Key]) -> set[Key]:
    ignored = IgnoredValue.objects.among(keys).values_list("kind", "value")
    return {key for key in keys if is_placeholder(*key)} | set(ignored)
