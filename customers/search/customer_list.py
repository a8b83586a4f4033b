"""The list of customers, a page at a time: through an index, never OFFSET, never COUNT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from customers.lib.identity import unaccented
from customers.matching.duplicates import duplicate_counts
from customers.models import Customer
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.order import Sort, SortPlace
from customers.search.scan import scan

PAGE = 25
MOST_STRETCHES = 10


@dataclass(frozen=True)
class Line:
    """A customer as the list shows them."""

    customer: Customer
    duplicates: int
    totals: counts.Totals
    sources: Sequence[str]
    has_namesake: bool
    """Whether another on the page is called the same, so that they are told apart by number."""


@dataclass(frozen=True)
class ListPage:
    lines: Sequence[Line]
    following: str
    """The cursor of the next page; "" on the last."""
    is_cut_short: bool
    """Whether it was given up before it was full; the next page looks further."""

    @property
    def currency(self) -> str:
        return counts.common_currency(line.totals for line in self.lines)


def list_page(criteria: Sequence[Criterion], sort: Sort, *, after: SortPlace | None = None) -> ListPage:
    """The customers who pass and follow the place `after`."""
    found: list[SortPlace] = []
    end: SortPlace | None = None
    for number, stretch in enumerate(scan(criteria, sort, after=after), 1):
        found += stretch.passing
        end = stretch.end
        if len(found) > PAGE or number == MOST_STRETCHES:
            break
    is_full = len(found) > PAGE
    following = found[PAGE - 1] if is_full else end
    cursor = sort.cursor(following) if following else ""
    return ListPage(lines([pk for *_, pk in found[:PAGE]]), cursor, bool(cursor) and not is_full)


def lines(pks: Sequence[int]) -> list[Line]:
    """What the list shows of the customers, in the order given."""
    found = Customer.objects.in_bulk(pks)
    duplicates = duplicate_counts(pks)
    totals = counts.totals(pks, by="source_record__customer")
    sources = counts.sources(pks)
    called = Counter(unaccented(customer.name) for customer in found.values())
    return [
        Line(found[pk], duplicates.get(pk, 0), totals[pk], sources.get(pk, []), called[unaccented(found[pk].name)] > 1)
        for pk in pks
    ]
