"""The customers whom a text in the search box finds, through the indexes that `lookups.py` names.

Every word must match. The index of words holds their customers, so words are intersected without a row of a table being
read (`few_with_all`). Where too many match, they are looked for in the order in which they are shown (`scan.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from customers.search.lookups import Lookup, Owners, lookups_by_word, union_of_owners, whole_lookups
from customers.search.query import clean_query

MOST_EXACT = 500
MOST_ASKED, MOST_ASKED_INSIDE = 5_000, 10_000
"""Customers whom one word finds are asked for the others; more of them inside the database, which joins even more."""
SAMPLE, OFTEN = 500, 15
"""Where so many of so many customers match, the first page is filled soon by asking them in the order of the list."""


def find(text: str) -> CustomerQuerySet:
    """Live customers; none when `text` has no letter and no digit."""
    text = clean_query(text)
    owners_by_word = [union_of_owners(lookups) for lookups in lookups_by_word(text)]
    if not owners_by_word:
        return Customer.objects.none()
    customers = Customer.objects.live()
    for owners in owners_by_word:
        customers = customers.filter(pk__in=owners)
    if len(owners_by_word) == 1:
        return customers
    whole = Customer.objects.filter(pk__in=union_of_owners(whole_lookups(text)))
    return Customer.objects.live().filter(pk__in=customers.values("pk").union(whole.values("pk")))


@dataclass(frozen=True)
class ReadWord:
    """The lookups of one word, of which those that find few customers are read already."""

    lookups: Sequence[Lookup]
    few: Collection[int]

    def condition(self, column: str = "pk") -> Q:
        """On the customer in this column of a query that another index serves."""
        return self._any(column, (lookup.condition(column) for lookup in self.lookups))

    def joined(self, column: str) -> Q:
        return self._any(column, (lookup.joined(column) for lookup in self.lookups))

    def _any(self, column: str, conditions: Iterable[Q]) -> Q:
        return Q(*conditions, Q(**{f"{column}__in": self.few}), _connector=Q.OR)


def read_word(lookups: Sequence[Lookup]) -> ReadWord:
    # Few customers have an exact value, and a subquery of each table for every customer would be slow.
    exact = [lookup for lookup in lookups if lookup.is_exact]
    asked = [lookup for lookup in lookups if not lookup.is_exact]
    few = at_most(MOST_EXACT, union_of_owners(exact)) if exact else set()
    if few is None:
        # A city, or a shared number, finds many.
        owners = [(lookup, at_most(MOST_EXACT, lookup.owners)) for lookup in exact]
        asked += [lookup for lookup, customers in owners if customers is None]
        few = {customer for _, customers in owners for customer in customers or ()}
    return ReadWord(asked, few)


def few_with_all(
    words: Sequence[Sequence[Lookup]], most: int, *, are_many_newest: bool | None = None
) -> set[int] | None:
    """The customers who match every word; None when they are more than `most`.

    `are_many_newest` says whether many of the newest customers match; None if it is to be found out.
    """
    if len(words) == 1:
        return at_most(most, union_of_owners(words[0]))
    owners = [union_of_owners(lookups) for lookups in words]
    counts = [rows[: MOST_ASKED_INSIDE + 1].count() for rows in owners]
    rarest = counts.index(min(counts))
    if not counts[rarest]:
        return set()
    others = [read_word(lookups) for n, lookups in enumerate(words) if n != rarest]
    if counts[rarest] <= MOST_ASKED:
        return _having(others, at_most(MOST_ASKED, owners[rarest]) or set(), most)
    if are_many_newest is None:
        newest = set(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
        are_many_newest = len(_having([*others, read_word(words[rarest])], newest, SAMPLE) or ()) >= OFTEN
    if are_many_newest:
        return None
    how = ReadWord.condition if counts[rarest] <= MOST_ASKED_INSIDE else ReadWord.joined
    narrowed = (replace(one, rows=one.rows.filter(*(how(word, one.owner) for word in others))) for one in words[rarest])
    return at_most(most, union_of_owners([*narrowed]))


def _having(words: Sequence[ReadWord], customers: Collection[int], most: int) -> set[int] | None:
    having = Customer.objects.filter(*(word.condition() for word in words), pk__among=sorted(customers))
    return at_most(most, having.values("pk"))


def at_most(most: int, owners: Owners) -> set[int] | None:
    """The customers of `owners`; None when they are more rows than `most`."""
    ids = [next(iter(row.values())) for row in owners[: most + 1]]
    return set(ids) if len(ids) <= most else None
