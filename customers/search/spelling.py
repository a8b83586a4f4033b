"""What somebody may have meant whose search finds nobody: the same words but for a slip of the pen.

A slip is a letter too many, too few or another, or two that changed places. All words with one slip are looked up at
once in the index of search words (docs/decisions/0072).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice, pairwise
from string import ascii_lowercase, digits

from rapidfuzz import fuzz

from customers.lib.domains import MAIL_PROVIDERS
from customers.lib.emails import normal_email
from customers.lib.identity import fold
from customers.lib.names import unaccented
from customers.models import SearchWord
from customers.search.query import clean_query
from customers.search.search_text import SearchText

SHORTEST, LONGEST = 4, 40
MOST_WORDS = 4
MOST_SPELLINGS = 3
LETTERS = ascii_lowercase + digits


def did_you_mean(text: str) -> str:
    """A text that finds somebody, with one word spelled otherwise; "" when there is none."""
    words = clean_query(text).split()
    if len(words) > MOST_WORDS:
        return ""
    for place, word in enumerate(words):
        for spelling in _known_spellings(word):
            meant = " ".join([*words[:place], spelling, *words[place + 1 :]])
            if SearchText(meant).finds_anybody():
                return meant
    return ""


def _known_spellings(word: str) -> Iterator[str]:
    """Search words that differ from `word` in one slip, the most alike first."""
    typed = normal_email(word) or unaccented(fold(word))
    if not (SHORTEST <= len(typed) <= LONGEST) or typed.isdigit():
        return iter(())
    spellings = set(_with_a_slip(typed))
    domains: set[str] = set()
    if "@" not in typed:
        domains = spellings if "." in typed else _domains_called({typed, *spellings})
    words = sorted(spellings | {f"@{domain}" for domain in domains})
    known = SearchWord.objects.filter(word__among=words).values_list("word", flat=True).distinct()
    by_likeness = sorted(known, key=lambda word: (-_likeness(word, typed), not word.endswith(".com"), word))
    return (word.removeprefix("@") for word in islice(by_likeness, MOST_SPELLINGS))


def _likeness(word: str, typed: str) -> float:
    """Of hotmail.be and hotmail.com, “hotmial” is like either."""
    name = word if "." in typed else word.removeprefix("@").partition(".")[0]
    return fuzz.ratio(name, typed)


def _domains_called(names: Collection[str]) -> set[str]:
    """Those of mail providers: people say “hotmail”, and the search words have the whole domain."""
    return {domain for domain in MAIL_PROVIDERS if domain.partition(".")[0] in names}


def _with_a_slip(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (f"{before}{letter}{after}" for letter in LETTERS)
        if after:
            yield f"{before}{after[1:]}"
            yield from (f"{before}{letter}{after[1:]}" for letter in LETTERS)
    for place, (one, next_one) in enumerate(pairwise(word)):
        yield f"{word[:place]}{next_one}{one}{word[place + 2 :]}"
