"""The customers who pass several criteria, in an order, in time that does not grow with the number of customers.

Where few pass one of the criteria, those few are read from its index, asked about the others, and sorted. Where many
pass each, the order is walked through its own index, a stretch at a time, and whoever stands there is asked: they are
met soon. Whoever is many by each and rare by all is not; a page gives up after a while and says how far it looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from customers.lib.batches import batches
from customers.matching.duplicates import duplicate_counts
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from customers.search.filters import Criterion, HasDuplicates
from customers.search.order import Sort, SortPlace

FEW = 2_000
SHORTEST_STRETCH, LONGEST_STRETCH = 250, 4_000
# Of so many at a time is asked how many duplicates they have: together they must not share too many values.
ASKED_AT_ONCE = 25


@dataclass(frozen=True)
class Stretch:
    """A part of the order: those in it who pass, and the last place that was looked at, None at the end of all."""

    passing: Sequence[SortPlace]
    end: SortPlace | None


def scan(criteria: Sequence[Criterion], sort: Sort, *, after: SortPlace | None = None) -> Iterator[Stretch]:
    """The order that follows the place `after`, a stretch at a time, to its end."""
    stretches = _sifted(criteria, sort, after)
    if not any(isinstance(each, HasDuplicates) for each in criteria):
        return stretches
    return (part for stretch in stretches for part in _with_duplicates(stretch))


def _sifted(criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None) -> Iterator[Stretch]:
    for criterion in criteria:
        few = criterion.ids_if_few(FEW)
        if few is not None:
            rest = [each for each in criteria if each is not criterion or not criterion.ids_are_exact]
            return iter([Stretch(_sorted(few, rest, sort, after), None)])
    return _walk(criteria, sort, after)


def _sorted(few: set[int], criteria: Iterable[Criterion], sort: Sort, after: SortPlace | None) -> list[SortPlace]:
    # No LIMIT: a planner that is promised one may walk the order instead, in search of these few.
    return list(sort.places(_passing(criteria).filter(sort.follows(after), pk__in=few)))


def _walk(criteria: Sequence[Criterion], sort: Sort, after: SortPlace | None) -> Iterator[Stretch]:
    length = SHORTEST_STRETCH
    while True:
        # Passed over in the index, and never more than a stretch of it.
        end = sort.places(Customer.objects.live().filter(sort.follows(after)))[length - 1 : length].first()
        here = _passing(criteria).filter(sort.follows(after), sort.until(end), sort.between(after, end))
        # There are no more than that, which tells the planner to read them in the order.
        yield Stretch(list(sort.places(here)[:length]), end)
        if end is None:
            return
        after, length = end, min(2 * length, LONGEST_STRETCH)


def _passing(criteria: Iterable[Criterion]) -> CustomerQuerySet:
    return Customer.objects.live().filter(*(each.condition for each in criteria))


def _with_duplicates(stretch: Stretch) -> Iterator[Stretch]:
    """Those of the stretch whose values are shared with somebody who may be the same person: as the badge counts."""
    for part in batches(stretch.passing, ASKED_AT_ONCE):
        counts = duplicate_counts([pk for *_, pk in part])
        yield Stretch([place for place in part if place[-1] in counts], part[-1])
    yield Stretch([], stretch.end)
