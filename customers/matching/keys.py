"""Which match keys count, and how far: everything that recognises somebody by a key asks here.

A placeholder and an ignored value recognise nobody. A value that more than MOST_SHARING customers have, such as a
shared mailbox or a switchboard, recognises somebody only together with both names. When two values are the same key
is in `customers/lib/emails.py` and `phones.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import BooleanField, F, Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.tuple_lookups import Tuple

from customers.lib.placeholders import is_placeholder_email, is_placeholder_phone
from customers.models import IgnoredValue, MatchKey, MatchKind, SharedValue
from customers.models.matching import Key
from customers.statements.prepared import Slot

MOST_SHARING = 20
# So many records with a value are read to count its customers.
MOST_COUNTED = 500
IGNORED = -1

KeyCount = tuple[str, str, int]


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
    shared = SharedValue.objects.among(usable).values_list("kind", "value", _customers_having())
    ignored = IgnoredValue.objects.among(usable).values_list("kind", "value", Value(IGNORED))
    return counts_by_key(shared.union(ignored, all=True))


def holders_in_words(number: int) -> str:
    """Of a value that very many have: more than MOST_COUNTED are not counted."""
    return f"{MOST_COUNTED} or more customers" if number >= MOST_COUNTED else f"{number} customers"


def counts_by_key(rows: Iterable[KeyCount]) -> dict[Key, int]:
    customers_of: dict[Key, int] = {}
    for kind, value, number in rows:
        customers_of[kind, value] = min(number, customers_of.get((kind, value), number))
    return customers_of


def shared_by(customer: int | Slot) -> QuerySet[SharedValue, KeyCount]:
    """(kind, value, how many customers have it) of the keys that the customer shares, or shared a moment ago."""
    shared = SharedValue.objects.filter(_is_key_of(customer))
    return shared.values_list("kind", "value", _customers_having())


def ignored_of(customer: int | Slot) -> QuerySet[IgnoredValue, KeyCount]:
    ignored = IgnoredValue.objects.filter(_is_key_of(customer))
    return ignored.values_list("kind", "value", Value(IGNORED))


def _is_key_of(customer: int | Slot) -> Func:
    keys = Subquery(MatchKey.objects.filter(source_record__customer=customer).values("kind", "value"))
    key = Tuple(F("kind"), F("value"))
    # SQLite reads the whole table for an EXISTS, and Django compares no pair with a subquery.
    return Func(key, keys, template="%(expressions)s", arg_joiner=" IN ", output_field=BooleanField())


def _customers_having() -> CountedCustomers:
    having = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    return CountedCustomers(having.values(holder=F("source_record__customer"))[:MOST_COUNTED])


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
