"""The list of customers, a page at a time: through an index, never OFFSET, and counted up to MOST only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from customers.lib.names import unaccented
from customers.lib.numbers import capped_count
from customers.lib.pages import PAGE
from customers.matching.duplicates import duplicate_counts
from customers.models import Customer, LeadPhase
from customers.records import counts
from customers.search.filters import Criterion
from customers.search.reasons import HitReason, reasons_for
from customers.search.scan import MOST_STRETCHES, scan
from customers.search.sorting import Sort, SortPlace
from customers.totals.status import is_lead, status_of
from customers.totals.sums import OrderTotals, common_currency, order_totals

MOST = 10_000
"""Counting stops here."""


@dataclass(frozen=True)
class CustomerRow:
    """A row of the customer list."""

    customer: Customer
    duplicates: int
    totals: OrderTotals
    sources: Sequence[str]
    has_namesake: bool
    """Whether another row of the page has the same name, so that the number is shown."""
    reason: HitReason | None = None
    """Why a search found it, where the row does not show it."""

    @property
    def status(self) -> str:
        return status_of(self.customer, self.totals)

    @property
    def phase(self) -> LeadPhase | None:
        return self.customer.lead_phase if is_lead(self.customer, self.totals) else None


@dataclass(frozen=True)
class ListPage:
    lines: Sequence[CustomerRow]
    following: str
    """The cursor of the next page; "" on the last."""
    is_cut_short: bool
    """Whether the page ends before it is full, to answer in time; the next page looks further."""
    number: int | None = None
    """How many customers the list has, where that is known without reading on; MOST + 1 stands for any more."""

    @property
    def shown_number(self) -> str:
        return "" if self.number is None else capped_count(self.number, MOST)

    @property
    def currency(self) -> str:
        return common_currency(line.totals for line in self.lines)


def list_page(
    criteria: Sequence[Criterion],
    sort: Sort,
    *,
    after: SortPlace | None = None,
    text: str = "",
    above: int | None = None,
) -> ListPage:
    """With reasons for a search of `text`, and on the first page with the customer `above` all others."""
    places: list[SortPlace] = []
    end: SortPlace | None = None
    for number, stretch in enumerate(scan(criteria, sort, after=after), 1):
        places += stretch.passing
        end = stretch.end
        if len(places) > PAGE or number == MOST_STRETCHES:
            break
    is_full = len(places) > PAGE
    following = places[PAGE - 1] if is_full else end
    cursor = sort.cursor(following) if following else ""
    pks = [pk for *_, pk in places[:PAGE]]
    if above is not None and after is None:
        pks = [above, *(pk for pk in pks if pk != above)]
    total: int | None = None
    if not criteria:
        total = Customer.objects.live().values("pk")[: MOST + 1].count()
    elif end is None and after is None:
        total = len({pk for *_, pk in places} | set(pks))
    return ListPage(customer_rows(pks, text=text), cursor, bool(cursor) and not is_full, total)


def customer_rows(pks: Sequence[int], *, text: str = "") -> list[CustomerRow]:
    customers = Customer.objects.select_related("account_type", "lead_phase").in_bulk(pks)
    reasons = reasons_for(text, customers.values()) if text else {}
    duplicates = duplicate_counts(pks)
    totals = order_totals(pks, by="source_record__customer")
    sources = counts.sources(pks)
    names = Counter(unaccented(customer.name) for customer in customers.values())
    return [
        CustomerRow(
            customers[pk],
            duplicates.get(pk, 0),
            totals[pk],
            sources.get(pk, []),
            has_namesake=names[unaccented(customers[pk].name)] > 1,
            reason=reasons.get(pk),
        )
        for pk in pks
    ]
