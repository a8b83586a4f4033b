"""The customers who pass several filters, in an order, in time that does not grow with the number of customers.

If few customers pass one filter, or several of them together (`together.py`), they are read from an index, tested
against the other filters, and sorted. If many do, the index of the order is read a stretch at a time, until enough of
them pass all. When few pass all filters after all, a page ends after some stretches, before it is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from customers.lib.batches import batches
from customers.matching.duplicates import duplicate_counts
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from customers.search.filters import Criterion, HasDuplicates
from customers.search.search_text import SearchText
from customers.search.sorting import Sort, SortPlace
from customers.search.together import Together, put_together

FEW = 5_000
SHORTEST_STRETCH, LONGEST_STRETCH = 250, 4_000
JOINED_AT, OFTEN, RARELY = 2_000, 10, 5
"""Before the stretch of JOINED_AT: where fewer than OFTEN have passed, who may pass is compared by bits, and where
fewer than RARELY have, even read."""
MOST_STRETCHES = 10  # after so many, what is filled from them ends before it is full, to come in time
# How many customers are asked about duplicates at once: together they must not share too many values.
ASKED_AT_ONCE = 40


@dataclass(frozen=True)
class Stretch:
    """A part of the order: the places in it that pass, and where it ends; None at the end of the order."""

    passing: Sequence[SortPlace]
    end: SortPlace | None


def scan(criteria: Sequence[Criterion], sort: Sort, *, after: SortPlace | None = None) -> Iterator[Stretch]:
    stretches = _stretches(criteria, sort, after)
    if not any(isinstance(criterion, HasDuplicates) for criterion in criteria):
        return stretches
    return (part for stretch in stretches for part in _with_duplicates(stretch))


def _stretches(criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None) -> Iterator[Stretch]:
    if {True, False} <= {criterion.is_of_leads for criterion in criteria}:
        return iter([Stretch([], None)])
    criteria = put_together(criteria)
    for criterion in criteria:
        ids = criterion.ids_if_few(FEW)
        if ids is not None:
            rest = _passing(other for other in criteria if other is not criterion).filter(criterion.condition_of_few)
            return iter([Stretch(_sorted(ids, rest, sort, after), None)])
    return _walk(criteria, sort, after)


def _sorted(ids: set[int], passing: CustomerQuerySet, sort: Sort, after: SortPlace | None) -> list[SortPlace]:
    # No LIMIT: with one, a planner may read the index of the order instead, in search of these few.
    return list(sort.places(passing.filter(sort.follows(after), pk__among=ids)))


def _walk(criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None) -> Iterator[Stretch]:
    length, passed = SHORTEST_STRETCH, 0
    known = next((one for one in criteria if isinstance(one, SearchText) and one.is_known), None)
    while True:
        stretch = _compared(known, criteria, sort, after, length) if known else _asked(criteria, sort, after, length)
        yield stretch
        if stretch.end is None:
            return
        passed += len(stretch.passing)
        after, length = stretch.end, min(2 * length, LONGEST_STRETCH)
        is_rare = passed < RARELY
        if length == JOINED_AT and passed < OFTEN and (few := _few_joined(criteria, by_reading=is_rare)) is not None:
            yield Stretch(_sorted(*few, sort, after), None)
            return


def _asked(criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None, length: int) -> Stretch:
    """A stretch of so many customers, of whom each is asked."""
    # This OFFSET reads index entries only, and never more than a stretch.
    end = sort.places(Customer.objects.live().filter(sort.follows(after)))[length - 1 : length].first()
    stretch = _passing(criteria).filter(sort.follows(after), sort.until(end), sort.between(after, end))
    # There are no more rows than the LIMIT; it tells the planner to read them in the order.
    return Stretch(list(sort.places(stretch)[:length]), end)


def _compared(
    text: SearchText, criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None, length: int
) -> Stretch:
    """The same where bits say who has the words of `text`: only those are asked."""
    live = list(sort.places(Customer.objects.live().filter(sort.follows(after)))[:length])
    ids = text.known_among({pk for *_, pk in live})
    rest = _passing(other for other in criteria if other is not text).filter(text.condition_of_few)
    return Stretch(_sorted(ids, rest, sort, after) if ids else [], live[-1] if len(live) == length else None)


def _few_joined(criteria: Sequence[Criterion], *, by_reading: bool) -> tuple[set[int], CustomerQuerySet] | None:
    """Where few may pass a search and filters together: who passes both, with what else is asked of them."""
    text = next((criterion for criterion in criteria if isinstance(criterion, SearchText)), None)
    together = next((criterion for criterion in criteria if isinstance(criterion, Together)), None)
    if text is None or together is None:
        return None
    ids = text.ids_among(together.lookups, FEW, by_reading=by_reading)
    if ids is None:
        return None
    rest = _passing(other for other in criteria if other not in (text, together))
    rest = rest.filter(together.condition_of_few, text.condition_of_few)
    return (ids - together.changed) | text.those_of(together.changed_who_pass), rest


def _passing(criteria: Iterable[Criterion]) -> CustomerQuerySet:
    return Customer.objects.live().filter(*(criterion.condition for criterion in criteria))


def _with_duplicates(stretch: Stretch) -> Iterator[Stretch]:
    # A customer shares a value, but all its possible duplicates may be marked as not duplicates.
    for part in batches(stretch.passing, ASKED_AT_ONCE):
        counts = duplicate_counts([pk for *_, pk in part])
        yield Stretch([place for place in part if place[-1] in counts], part[-1])
    yield Stretch([], stretch.end)
