"""The judgement of two customers: what agrees, what speaks against one person, and how sure it is.

The merge page ticks by it, and both that page and the worklist sort by it. An intake asks only how many names agree,
each with its own (`agreeing_names`), and which kinds of values: the rule of what is joined without asking is narrower
than a suggestion.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from customers.lib.names import name_spellings, name_words
from customers.lib.person_name import Named, full_name, names_in_common, normal_names
from customers.lib.placeholders import real_name
from customers.matching.name_similarity import (
    SAME,
    SIMILAR_ENOUGH,
    NamedCustomer,
    customer_name_similarity,
    name_similarity,
)
from customers.models import Customer, MatchKind

DIFFERENT = {
    "first_name": "different first names",
    "last_name": "different last names",
    "company": "different companies",
}
OF_A_PERSON = ("first_name", "last_name")
BOTH_NAMES = 2


class Strength(IntEnum):
    """How strongly the values that customers share suggest that they are one person."""

    NONE = 0
    PHONE = 1
    EMAIL = 2
    BOTH = 3


class NamesAgree(IntEnum):
    """How far two names agree. FULL: first and last name, in any order; an initial is less.

    The name of a company counts where neither has the name of a person.
    """

    NONE = 0
    PARTLY = 1
    FULL = 2


# Of NONE there is always something against it.
NAMES_NEEDED = {
    Strength.NONE: NamesAgree.FULL,
    Strength.PHONE: NamesAgree.FULL,
    Strength.EMAIL: NamesAgree.PARTLY,
    Strength.BOTH: NamesAgree.NONE,
}


@dataclass(frozen=True)
class Judgement:
    """What agrees, and what speaks against one person."""

    strength: Strength
    names: NamesAgree
    against: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether nothing speaks against it and email and phone agree, the email and a name, or phone and full name."""
        return not self.against and self.names >= NAMES_NEEDED[self.strength]

    @property
    def is_of_two_people(self) -> bool:
        """Whether first and last name differ."""
        return {*self.against} >= {DIFFERENT[part] for part in OF_A_PERSON}

    @property
    def certainty(self) -> tuple[bool, Strength, bool, NamesAgree]:
        """A greater one is surer: the merge page sorts by it. The worklist is sorted by `worklist/sorting.py`."""
        return self.is_sure, self.strength, not self.against, self.names


def match_strength(kinds: Iterable[str]) -> Strength:
    # A family often shares a phone, and seldom an email.
    shared = set(kinds)
    if MatchKind.EMAIL not in shared:
        return Strength.PHONE if shared else Strength.NONE
    return Strength.BOTH if len(shared) > 1 else Strength.EMAIL


def judge(people: Sequence[Customer], kinds: Collection[str]) -> Judgement:
    """Of customers who share values of `kinds`."""
    strength = match_strength(kinds)
    names, against = judge_names(people)
    if not strength:
        against = ("no shared email or phone", *against)
    return Judgement(strength, names, against)


def judge_names(people: Sequence[Customer]) -> tuple[NamesAgree, tuple[str, ...]]:
    """How far the names agree, and what of them differs. Of more than two, the names of every two must agree."""
    pairs = [compare_names(one, other) for one, other in combinations(people, 2)]
    names = min((agree for agree, _ in pairs), default=NamesAgree.NONE)
    differing = {part for _, parts in pairs for part in parts}
    return names, tuple(DIFFERENT[part] for part in DIFFERENT if part in differing)


def compare_names(one: NamedCustomer, other: NamedCustomer) -> tuple[NamesAgree, set[str]]:
    """How far the names agree, and which of first name, last name and company differ."""
    if not (real_full_name(one) or real_full_name(other)):
        return _compare_companies(one.company, other.company)
    if _is_full(one) and _is_full(other) and customer_name_similarity(one, other) == SAME:
        has_initial = any(len(word) == 1 for c in (one, other) for word in name_words(real_full_name(c)))
        return NamesAgree.PARTLY if has_initial else NamesAgree.FULL, set()
    common = names_in_common(one, other)
    names = {part: [real_name(getattr(customer, part)) for customer in (one, other)] for part in OF_A_PERSON}
    degrees = {part: SAME if part in common else name_similarity(*both) for part, both in names.items()}
    return (
        NamesAgree.PARTLY if SAME in degrees.values() else NamesAgree.NONE,
        {part for part, degree in degrees.items() if degree is not None and degree < SAME},
    )


def _compare_companies(one: str, other: str) -> tuple[NamesAgree, set[str]]:
    if name_spellings(one) & name_spellings(other):
        return NamesAgree.FULL, set()
    degree = name_similarity(one, other)
    if degree is None:
        return NamesAgree.NONE, set()
    # Acme and Acme Holding may be one or two.
    return (NamesAgree.PARTLY, set()) if degree >= SIMILAR_ENOUGH else (NamesAgree.NONE, {"company"})


def _is_full(name: Named) -> bool:
    return len(real_full_name(name).split()) >= BOTH_NAMES


def agreeing_names(one: Named, other: Named) -> int:
    """How many of first and last name are the same in both, as an intake compares them."""
    return len(names_in_common(one, other))


def full_name_key(name: Named) -> str:
    """Equal for two names of which both agree; "" unless there are first and last name."""
    return "".join(normal_names(name)) if _is_full(name) else ""


def real_full_name(name: Named) -> str:
    """The name without placeholders and titles."""
    return full_name(real_name(name.first_name), real_name(name.last_name))
