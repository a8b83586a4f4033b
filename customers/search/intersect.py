"""The customers who match several words of a search, each of which very many have, put together from bits.

What the clock notes of them (`keep_up_beginnings.py`) may be some seconds old, and has people who had a word before. So
whoever changed since is among the customers found here, and who changed since the last pass is asked once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Subquery

from customers.models import BeginningBlock, BeginningProgress, Customer, FrequentBeginning
from customers.search.bits import Bits, bits_of, count_of, customers_of, in_all, in_any, read
from customers.search.find import MOST_ASKED, ReadWord, at_most
from customers.search.lookups import Lookup, union_of_owners

MOST_CHANGED = 1_000
"""Customers who changed since; where more did, words are asked for as if nothing was noted."""

Words = Sequence[Sequence[Lookup]]


@dataclass(frozen=True)
class Intersection:
    """All who match, and maybe others, of whom each has changed since `exact_to`."""

    words: Sequence[ReadWord]
    bits: Bits
    changed: frozenset[int]
    exact_to: datetime

    def ids_if_few(self, most: int) -> set[int] | None:
        return None if count_of(self.bits) > most else {*customers_of(self.bits), *self.changed}

    def ids_among(self, customers: set[int]) -> set[int]:
        return {*customers_of(in_all([self.bits, bits_of(customers)])), *(customers & self.changed)}

    @property
    def condition(self) -> Q:
        """On any customer."""
        return Q(*(word.condition() for word in self.words))

    @property
    def condition_of_found(self) -> Q:
        return Q(updated__lte=self.exact_to) | self.condition


def intersection_of(words: Words) -> Intersection | None:
    """None where it is not known, or where no word is frequent: then the rarest says who is asked for the others."""
    # Before the blocks: what is noted meanwhile is only more.
    rows = _frequent(words)
    if not rows or (exact_to := rows[0][3]) is None:
        return None
    frequent = {text: pk for text, pk, *_ in rows}
    changed = at_most(MOST_CHANGED, Customer.objects.filter(updated__gt=rows[0][2]).order_by("updated").values("pk"))
    if changed is None:
        return None
    read_words = []
    for lookups in words:
        known = [lookup for lookup in lookups if _is_known(lookup, frequent)]
        others = [lookup for lookup in lookups if lookup not in known]
        few = at_most(MOST_ASKED, union_of_owners(others)) if others else set()
        if few is None:
            return None
        read_words.append(ReadWord(known, few))
    bits_of_beginnings = _read(frequent)
    if len(bits_of_beginnings) < len(frequent):
        return None
    with_word = [(_with_word(word, bits_of_beginnings), word) for word in read_words]
    # Who is asked for the rarest word first is mostly not asked for another one.
    with_word.sort(key=lambda one: count_of(one[0]))
    bits = in_all([bits for bits, _ in with_word])
    return Intersection([word for _, word in with_word], bits, frozenset(changed), exact_to)


def _frequent(words: Words) -> Sequence[tuple[str, int, datetime, datetime | None]]:
    """(text, primary key, `noted_to` and `exact_to` of the progress) of those that are asked for."""
    asked = {text for lookups in words for lookup in lookups for text in lookup.begins}
    progress = BeginningProgress.objects.order_by("pk")
    moments = (Subquery(progress.values(name)[:1]) for name in ("noted_to", "exact_to"))
    rows = FrequentBeginning.objects.filter(text__in=asked, is_complete=True)
    return list(rows.values_list("text", "pk", *moments)) if asked else []


def _is_known(lookup: Lookup, frequent: Mapping[str, int]) -> bool:
    return bool(lookup.begins) and all(text in frequent for text in lookup.begins)


def _read(frequent: Mapping[str, int]) -> Mapping[str, Bits]:
    """Without those that the clock dropped a moment ago."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    rows = BeginningBlock.objects.filter(beginning__in=frequent.values())
    for beginning, block, customers in rows.values_list("beginning", "block", "customers"):
        found[beginning][block] = read(customers)
    return {text: found[beginning] for text, beginning in frequent.items() if beginning in found}


def _with_word(word: ReadWord, bits: Mapping[str, Bits]) -> Bits:
    known = (in_all([bits[text] for text in lookup.begins]) for lookup in word.lookups)
    return in_any([*known, bits_of(word.few)])
