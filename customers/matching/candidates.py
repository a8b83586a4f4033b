"""The rows of the first merge page: the kept customer, possible duplicates and search results, with their counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from customers.lib.addresses.countries import country_name
from customers.matching.duplicates import Candidate
from customers.matching.evidence.sharers import EvidenceInCommon, Sharers
from customers.models import Customer, LinkedRow, RecordTotals
from customers.records.counts import RowCount, count_rows, sources
from customers.records.registry import tabbed_models
from customers.totals.status import status_of
from customers.totals.sums import OrderTotals, order_totals


@dataclass(frozen=True)
class CustomerSummary:
    """A customer with what the first merge page says of them: where they are, and the counts of their records."""

    customer: Customer
    totals: OrderTotals
    tallies: list[RowCount]
    sources: Sequence[str]
    active_purchases: int

    @property
    def place(self) -> str:
        return place_or_status(self.customer, self.totals)

    @property
    def since(self) -> datetime:
        return self.totals.since(self.customer)

    @property
    def has(self) -> str:
        text = str(self.totals)
        return text[:1].upper() + text[1:]

    @property
    def also_has(self) -> str:
        return ", ".join(str(tally) for tally in self.tallies if tally.number)

    @property
    def first_sources(self) -> Sequence[str]:
        return self.sources[:3]

    @property
    def more_sources(self) -> int:
        return max(len(self.sources) - 3, 0)


@dataclass(frozen=True)
class CandidateRow:
    """A candidate with its summary; `is_ticked` when its box is checked on the page.

    `in_common` is the evidence beside emails and phones; of those who match it is not read.
    """

    candidate: Candidate
    summary: CustomerSummary
    is_ticked: bool
    in_common: Sequence[EvidenceInCommon] = ()

    @property
    def customer(self) -> Customer:
        return self.candidate.customer


def place_or_status(customer: Customer, totals: OrderTotals) -> str:
    """Such as “Prague, Czech Republic”; without a place such as “New Lead”."""
    parts = (customer.billing_address.get("city", ""), country_name(customer.billing_address.get("country", "")))
    return ", ".join(filter(None, parts)) or status_of(customer, totals)


def counted_kinds() -> tuple[type[LinkedRow], ...]:
    # Orders are left out: the totals count them.
    return tuple(model for model in tabbed_models() if model.tab and not model.tab.is_in_totals)


def summaries_of(customers: Iterable[Customer]) -> dict[int, CustomerSummary]:
    by_pk = {customer.pk: customer for customer in customers}
    pks = [*by_pk]
    totals, known_by, active = order_totals(pks, by="source_record__customer"), sources(pks), active_purchases(pks)
    counted = (
        count_rows(counted_kinds(), Customer.objects.filter(pk__in=pks), by="source_record__customer") if pks else {}
    )
    return {
        pk: CustomerSummary(customer, totals[pk], counted[pk], known_by.get(pk, []), active.get(pk, 0))
        for pk, customer in by_pk.items()
    }


def candidate_rows(
    candidates: Iterable[Candidate],
    summaries: Mapping[int, CustomerSummary],
    *,
    ticked: Collection[int] | None,
    sharers: Sharers | None = None,
) -> list[CandidateRow]:
    """`ticked` are the selected customers; None on the first visit, when the sure ones are selected."""
    return [
        CandidateRow(
            candidate,
            summaries[candidate.customer.pk],
            candidate.is_sure if ticked is None else candidate.customer.pk in ticked,
            (sharers or {}).get(candidate.customer.pk, ()),
        )
        for candidate in candidates
    ]


def active_purchases(customers: Sequence[int]) -> dict[int, int]:
    rows = RecordTotals.objects.filter(source_record__customer__in=customers, purchases_active__gt=0)
    return dict(rows.values_list("source_record__customer").annotate(Sum("purchases_active")).order_by())
