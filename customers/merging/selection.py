"""The first merge page: who is kept, who may be merged into them, and who is ticked.

On the first visit those are ticked of whom it is sure (`matching/judgement.py`), later whom the user ticked. Who has
other evidence in common with the kept customer is suggested to users who may merge anybody, and never ticked for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from customers.matching.candidates import CandidateRow, CustomerSummary, candidate_rows, summaries_of
from customers.matching.duplicates import Candidate, candidates_for, duplicates_of
from customers.matching.evidence.sharers import Sharers, is_of_colleagues, sharers_of
from customers.models import Customer
from customers.search.first_found import first_found

MOST_SUGGESTED = 10


@dataclass(frozen=True)
class Selection:
    """`matches` share an email or phone, `suggested` other evidence; `others` were ticked or found.

    `left_out` were ticked and may not be.
    """

    kept: CustomerSummary
    matches: Sequence[CandidateRow]
    not_duplicates: Sequence[CandidateRow]
    suggested: Sequence[CandidateRow]
    others: Sequence[CandidateRow]
    left_out: Sequence[Customer]
    has_no_hits: bool

    @property
    def is_kept_oldest(self) -> bool:
        ticked = [row.summary.since for row in (*self.matches, *self.suggested, *self.others) if row.is_ticked]
        return bool(ticked) and self.kept.since <= min(ticked)

    @property
    def match_numbers(self) -> str:
        return _numbers(self.matches)

    @property
    def other_numbers(self) -> str:
        return _numbers(self.others)


def _numbers(rows: Sequence[CandidateRow]) -> str:
    return " ".join(str(row.customer.pk) for row in rows)


def selection_for(survivor: Customer, *, ticked: Collection[int] | None, term: str = "", may_search: bool) -> Selection:
    """`ticked` is None on the first visit. Without `may_search` only those who match can be ticked."""
    duplicates = duplicates_of(survivor)
    sharers = sharers_of(survivor) if may_search else {}
    suggested = _suggested(survivor, sharers, without=duplicates)
    listed = {survivor.pk, *(candidate.customer.pk for candidate in [*duplicates, *suggested])}
    unlisted = [pk for pk in ticked or () if pk not in listed]
    selected = list(Customer.objects.live().filter(pk__in=unlisted)) if unlisted else []
    hits = first_found(term, without=listed) if term and may_search else []
    others = {customer.pk: customer for customer in [*selected, *hits]} if may_search else {}
    unmatched = candidates_for(survivor, list(others.values())) if others else []
    summaries = summaries_of([survivor, *(candidate.customer for candidate in [*duplicates, *suggested, *unmatched])])
    rows = candidate_rows(duplicates, summaries, ticked=ticked)
    return Selection(
        kept=summaries[survivor.pk],
        matches=[row for row in rows if not row.candidate.dismissal],
        not_duplicates=[row for row in rows if row.candidate.dismissal],
        suggested=candidate_rows(suggested, summaries, ticked=ticked or (), sharers=sharers),
        others=candidate_rows(unmatched, summaries, ticked=ticked or (), sharers=sharers),
        left_out=[] if may_search else selected,
        has_no_hits=bool(term) and may_search and not hits,
    )


def _suggested(survivor: Customer, sharers: Sharers, *, without: Collection[Candidate]) -> Sequence[Candidate]:
    """The surest first, without those who are not duplicates, and colleagues with other names."""
    numbers = sharers.keys() - {candidate.customer.pk for candidate in without}
    customers = Customer.objects.in_bulk(numbers) if numbers else {}
    candidates = candidates_for(survivor, [customers[pk] for pk in sharers if pk in customers]) if customers else []
    suggested = (
        candidate
        for candidate in candidates
        if not candidate.dismissal
        and not (candidate.judgement.is_of_two_people and is_of_colleagues(sharers[candidate.customer.pk]))
    )
    return list(islice(suggested, MOST_SUGGESTED))
