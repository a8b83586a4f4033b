"""How similar two names are to a human reader.

Their words are compared in pairs, in any order and without accents. An initial stands for a name, and so
does a short form of it; what only the longer name has (a middle name, a second surname) does not count. The pair of
words that is least alike decides: two people of one family share one name and differ in the other. A placeholder is no
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from rapidfuzz import fuzz

from customers.lib.names import compared_words, name_spellings
from customers.lib.person_name import Named, full_name
from customers.lib.placeholders import real_name
from customers.matching.nicknames import is_short_form

SIMILAR_ENOUGH = 70
"""A slip or another spelling keeps a word of four letters or more at 73 and above (Jon, John; Filip, Philip; Novák,
Nováková), while two different first names of one shop's customers seldom come to 60."""

SAME = 100
SHORT_FORM = 90
SHORTEST = 3
MOST_WORDS = 8


class NamedCustomer(Named, Protocol):
    """A customer, or what is known of one."""

    @property
    def company(self) -> str: ...


def compared_name(customer: NamedCustomer) -> str:
    return _person_name(customer) or customer.company


def _person_name(named: Named) -> str:
    return full_name(real_name(named.first_name), real_name(named.last_name))


def customer_name_similarity(one: NamedCustomer, other: NamedCustomer) -> int | None:
    """From 0 to 100; None when one has no name, or one is a person and the other a company."""
    is_person = [bool(_person_name(customer)) for customer in (one, other)]
    return name_similarity(compared_name(one), compared_name(other)) if is_person[0] == is_person[1] else None


def name_similarity(one: str, other: str) -> int | None:
    """From 0 to 100; None when one of them has no words."""
    fewer, more = sorted((compared_words(one)[:MOST_WORDS], compared_words(other)[:MOST_WORDS]), key=len)
    if not fewer:
        return None
    return SAME if name_spellings(one) & name_spellings(other) else min(_paired(fewer, more))


def names_differ_much(one: NamedCustomer, other: NamedCustomer) -> bool:
    degree = customer_name_similarity(one, other)
    return degree is not None and degree < SIMILAR_ENOUGH


def _paired(fewer: list[str], more: list[str]) -> Iterator[int]:
    """The similarity of each word of `fewer` to a different word of `more`, the best pairs first."""
    pairs = sorted(((_alike(a, b), n, m) for n, a in enumerate(fewer) for m, b in enumerate(more)), reverse=True)
    left, free = set(range(len(fewer))), set(range(len(more)))
    for degree, n, m in pairs:
        if n in left and m in free:
            left.remove(n)
            free.remove(m)
            yield degree


def _alike(one: str, other: str) -> int:
    short, long = sorted((one, other), key=len)
    if short == long or (len(short) == 1 and long.startswith(short)) or is_short_form(short, long):
        return SAME
    beginning = SHORT_FORM if len(short) >= SHORTEST and long.startswith(short) else 0
    return max(beginning, round(fuzz.ratio(short, long)))
