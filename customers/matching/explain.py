"""Why two customers are possible duplicates, or why not: what they share and by which records, and what they do not.

Whether they match is what `matching` says. What they share and is left out of account all the same is told as well:
a placeholder, a value that is ignored, one by which a record is not to be recognised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.lib.dates import format_day
from customers.lib.identity import match_keys
from customers.matching.comparison import Comparison, compare_customers
from customers.matching.duplicates import Candidate, Reason, is_placeholder, match_evidence, named_once
from customers.models import Customer, IgnoredValue, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.records.staff_record import identity_of

# More than a page can show; a customer has few.
MOST_RECORDS = 200

MatchedValue = Mapping[Key, Sequence[SourceRecord]]


@dataclass(frozen=True)
class SharedEvidence:
    """A value that both are known by, with the records that say so; `but` is why it does not count, if it does not."""

    reason: Reason
    ones: Sequence[SourceRecord]
    others: Sequence[SourceRecord]
    but: str = ""


@dataclass(frozen=True)
class Explanation:
    one: Customer
    candidate: Candidate
    shared: Sequence[SharedEvidence]
    comparisons: Sequence[Comparison]

    @property
    def other(self) -> Customer:
        return self.candidate.customer

    @property
    def is_match(self) -> bool:
        return bool(self.candidate.reasons)

    @property
    def counting(self) -> list[SharedEvidence]:
        return [each for each in self.shared if not each.but]

    @property
    def left_out(self) -> list[SharedEvidence]:
        return [each for each in self.shared if each.but]


def explain_match(one: Customer, other: Customer) -> Explanation:
    """About two live customers."""
    ours, theirs = records_of(one), records_of(other)
    shared = list(_shared(one, other, _known(ours), _known(theirs)))
    return Explanation(one, match_evidence(one, other), shared, list(compare_customers(one, other, ours, theirs)))


def records_of(customer: Customer) -> list[SourceRecord]:
    found = SourceRecord.objects.filter(customer=customer).select_related("data_source", "origin")
    return list(found.order_by("pk")[:MOST_RECORDS])


def _known(records: Collection[SourceRecord]) -> MatchedValue:
    """Which records say each value, those told not to match on it too."""
    known: dict[Key, list[SourceRecord]] = {}
    for record in records:
        for key in match_keys(record.identity):
            known.setdefault(key, []).append(record)
    return known


def _shared(one: Customer, other: Customer, ours: MatchedValue, theirs: MatchedValue) -> Iterator[SharedEvidence]:
    keys = ours.keys() & theirs.keys()
    placeholders = {key: "a placeholder that many people type" for key in keys if is_placeholder(*key)}
    buts = _unmatched(keys, ours, theirs) | _told(keys) | placeholders
    current = set(match_keys(identity_of(one))) & set(match_keys(identity_of(other)))
    for key in sorted(named_once(keys)):
        yield SharedEvidence(Reason(*key, key in current), ours[key], theirs[key], buts.get(key, ""))


def _told(keys: Collection[Key]) -> dict[Key, str]:
    """Why values are ignored for everybody."""
    found = IgnoredValue.objects.filter(value__in={value for _, value in keys}).select_related("by")
    return {(each.kind, each.value): f"ignored for everybody{_said(each.by, each.created)}" for each in found}


def _unmatched(keys: Collection[Key], ours: MatchedValue, theirs: MatchedValue) -> dict[Key, str]:
    """Why values do not count where all records of one side were told not to match on them."""
    records = {record.pk: record for known in (ours, theirs) for key in keys for record in known[key]}
    said = UnmatchedValue.objects.filter(source_record__in=records).select_related("by").order_by("pk")
    told = {(each.source_record_id, each.kind, each.value): each for each in said}
    buts = {}
    for key in keys:
        for side in (ours, theirs):
            silent = [told.get((record.pk, *key)) for record in side[key]]
            if silent and all(silent) and (first := silent[0]):
                buts[key] = f"{records[first.source_record_id]} is not to match on it{_said(first.by, first.at)}"
    return buts


def _said(by: Any, at: Any) -> str:
    return f", says {by or 'a program'} since {format_day(at)}"
