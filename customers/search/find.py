"""The customers whom a text in the search box finds, through the indexes that `lookups.py` names.

Every word must match. Words that very many customers have are put together from bits (`intersect.py`). Where these do
not say, the index of words holds their customers, so words are intersected without a row of a table being read
(`few_with_all`). Where too many match, they are looked for in the order in which they are shown (`scan.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from django.db.models import Max, Min, Q

from customers.models import Customer
from customers.search.lookups import Lookup, Owners, union_of_owners

MOST_EXACT = 500
MOST_ASKED, MOST_ASKED_INSIDE = 5_000, 10_000
"""Customers whom one word finds are asked for the others; more of them inside the database, which joins even more."""
SAMPLE, OFTEN = 1_000, 3
"""Where so many of so many customers match, the first page is filled soon by asking them in the order of the list."""


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


def few_with_all(words: Sequence[Sequence[Lookup]], most: int, *, are_many: bool | None = None) -> set[int] | None:
    """The customers who match every word; None when they are more than `most`.

    `are_many` says whether many customers match; None if it is to be found out.
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
    if are_many if are_many is not None else _are_many([*others, read_word(words[rarest])], most):
        return None
    how = ReadWord.condition if counts[rarest] <= MOST_ASKED_INSIDE else ReadWord.joined
    narrowed = (replace(one, rows=one.rows.filter(*(how(word, one.owner) for word in others))) for one in words[rarest])
    return at_most(most, union_of_owners([*narrowed]))


def _are_many(words: Sequence[ReadWord], most: int) -> bool:
    """Whether often somebody in a sample matches, or probably more than `most` do."""
    numbers = numbers_of_customers()
    sample = sample_of(numbers, SAMPLE)
    matching = len(_having(words, sample, len(sample)) or ())
    return matching >= OFTEN or matching * len(numbers) > most * len(sample)


def numbers_of_customers() -> range:
    first, last = (Customer.objects.aggregate(end=end("pk"))["end"] for end in (Min, Max))
    return range(first, last + 1) if last else range(0)


def sample_of(numbers: range, size: int) -> list[int]:
    """Over all numbers: the newest customers may be of one import, and like each other.

    The same ones each time, so that a page and the next are read in one way.
    """
    return Random(0).sample(numbers, min(size, len(numbers)))  # noqa: S311 (of a search)


def _having(words: Sequence[ReadWord], customers: Collection[int], most: int) -> set[int] | None:
    having = Customer.objects.filter(*(word.condition() for word in words), pk__among=sorted(customers))
    return at_most(most, having.values("pk"))


def at_most(most: int, owners: Owners) -> set[int] | None:
    """The customers of `owners`; None when they are more rows than `most`."""
    ids = [next(iter(row.values())) for row in owners[: most + 1]]
    return set(ids) if len(ids) <= most else None
