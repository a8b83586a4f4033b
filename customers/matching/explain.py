"""Why two customers match, or do not: the values that they share, with their records, and the values that differ.

`duplicates` decides whether they match. Values that they share and that do not count are shown as well: placeholders,
ignored values, values excluded from matching.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz import fuzz

from customers.lib.dates import format_day
from customers.lib.identity import comparable_email, fold, match_keys
from customers.lib.names import name_spellings
from customers.lib.phones.normal_form import comparable_phone
from customers.lib.phrases import ActMessage, isolated
from customers.lib.placeholders import real_name
from customers.matching.duplicates import Candidate, Evidence, candidate_for, without_repeated_digits
from customers.matching.evidence.shared import OtherEvidence, other_evidence
from customers.matching.judgement import BOTH_NAMES, agreeing_names
from customers.matching.keys import MOST_SHARING, count_customers, holders_in_words, is_placeholder
from customers.matching.name_similarity import SAME, SIMILAR_ENOUGH, customer_name_similarity, name_similarity
from customers.models import Customer, IgnoredValue, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.profile.display import shown_text
from customers.profile.fields import FIELDS, IDENTITY, FieldKind, ProfileField
from customers.records.source_records import MOST_RECORDS
from customers.records.staff_record import identity_of

MatchedValue = Mapping[Key, Sequence[SourceRecord]]

EXCLUDED = ActMessage(
    "Excluded from matching for {record}, by {user} on {day}.",
    "Excluded from matching for {record}, by an API client on {day}.",
)
IGNORED = ActMessage(
    "Ignored for all customers, by {user} on {day}.", "Ignored for all customers, by an API client on {day}."
)


@dataclass(frozen=True)
class SharedEvidence:
    """A value of both customers, with the records that have it. `why_not` says why it does not count; "" if it does.

    `is_ignored` when staff ignore it for all customers.
    """

    reason: Evidence
    one_records: Sequence[SourceRecord]
    other_records: Sequence[SourceRecord]
    why_not: str = ""
    is_ignored: bool = False


@dataclass(frozen=True)
class Explanation:
    one: Customer
    candidate: Candidate
    shared: Sequence[SharedEvidence]
    comparisons: Sequence[Comparison]
    other_evidence: Sequence[OtherEvidence]
    """What makes no match: external ID, company, web domain, identifying attributes."""

    @property
    def other(self) -> Customer:
        return self.candidate.customer

    @property
    def numbers(self) -> str:
        return f"{self.one.pk} {self.other.pk}"

    @property
    def is_match(self) -> bool:
        return bool(self.candidate.reasons)

    @property
    def counting(self) -> list[SharedEvidence]:
        return [evidence for evidence in self.shared if not evidence.why_not]

    @property
    def left_out(self) -> list[SharedEvidence]:
        return [evidence for evidence in self.shared if evidence.why_not]


def explain_match(one: Customer, other: Customer) -> Explanation:
    one_records, other_records = records_of(one), records_of(other)
    shared = list(_shared(one, other, _records_by_value(one_records), _records_by_value(other_records)))
    return Explanation(
        one,
        candidate_for(one, other),
        shared,
        list(compare_customers(one, other, one_records, other_records)),
        other_evidence(one, other, one_records, other_records),
    )


def records_of(customer: Customer) -> list[SourceRecord]:
    records = SourceRecord.objects.filter(customer=customer).select_related("data_source", "origin")
    return list(records.order_by("pk")[:MOST_RECORDS])


def _records_by_value(records: Collection[SourceRecord]) -> MatchedValue:
    """{value: the records that have it}, also records that exclude it from matching."""
    records_of: dict[Key, list[SourceRecord]] = {}
    for record in records:
        for key in match_keys(record.identity):
            records_of.setdefault(key, []).append(record)
    return records_of


def _shared(
    one: Customer, other: Customer, one_values: MatchedValue, other_values: MatchedValue
) -> Iterator[SharedEvidence]:
    keys = one_values.keys() & other_values.keys()
    placeholders = {key: "Placeholder that many people enter." for key in keys if is_placeholder(*key)}
    ignored = _why_ignored(keys)
    why_not = _why_crowded(keys, one, other) | _why_excluded(keys, one_values, other_values) | ignored | placeholders
    current = set(match_keys(identity_of(one))) & set(match_keys(identity_of(other)))
    for key in sorted(without_repeated_digits(keys)):
        yield SharedEvidence(
            Evidence(*key, key in current), one_values[key], other_values[key], why_not.get(key, ""), key in ignored
        )


def _why_crowded(keys: Collection[Key], one: Customer, other: Customer) -> dict[Key, str]:
    if agreeing_names(one, other) == BOTH_NAMES:
        return {}
    return {
        key: f"{holders_in_words(number)} have it: only the same first and last name make it a match."
        for key, number in count_customers(keys).items()
        if number > MOST_SHARING
    }


def _why_ignored(keys: Collection[Key]) -> dict[Key, str]:
    kinds, values = {kind for kind, _ in keys}, {value for _, value in keys}
    # With the kinds, which come first in the index.
    ignored = IgnoredValue.objects.filter(kind__in=kinds, value__in=values).select_related("by")
    return {(value.kind, value.value): IGNORED.text(value.by, day=format_day(value.created)) for value in ignored}


def _why_excluded(keys: Collection[Key], one_values: MatchedValue, other_values: MatchedValue) -> dict[Key, str]:
    """{value: why it does not count}, where all records of one customer exclude it from matching."""
    records = {
        record.pk: record for side_records in (one_values, other_values) for key in keys for record in side_records[key]
    }
    excluded = UnmatchedValue.objects.filter(source_record__in=records).select_related("by").order_by("pk")
    row_of = {(row.source_record_id, row.kind, row.value): row for row in excluded}
    why_not = {}
    for key in keys:
        for side in (one_values, other_values):
            rows = [row_of.get((record.pk, *key)) for record in side[key]]
            if rows and all(rows) and (first := rows[0]):
                record = isolated(records[first.source_record_id])
                why_not[key] = EXCLUDED.text(first.by, record=record, day=format_day(first.at))
    return why_not


NEARLY = 80
"""From this similarity on, in percent, one email or phone may be a typing error of the other."""


Spellings = Mapping[str, str]
"""{normal form: as written}."""


@dataclass(frozen=True)
class Comparison:
    """`verdict` says how similar the values are; `speaks_against` when they are likely two customers."""

    label: str
    one_values: Sequence[str]
    other_values: Sequence[str]
    verdict: str
    speaks_against: bool = False


def compare_customers(
    one: Customer, other: Customer, one_records: Sequence[SourceRecord], other_records: Sequence[SourceRecord]
) -> Iterator[Comparison]:
    """The fields of the group Identity: emails and phones of all records, of the others what either profile has."""
    for field in (field for field in FIELDS if field.group == IDENTITY):
        if field.key == "email":
            yield _values("Emails", _emails(one, one_records), _emails(other, other_records))
        elif field.key == "phone":
            yield _values("Phones", _phones(one, one_records), _phones(other, other_records))
        elif any(texts := [shown_text(field, customer) for customer in (one, other)]):
            comparison = _texts(field, *texts)
            yield _within_whole_name(comparison, one, other) if field.key in PARTS_OF_NAME else comparison


def _texts(field: ProfileField, one: str, other: str) -> Comparison:
    if field.kind is FieldKind.TEXT:
        return _names(field.label, one, other)
    return _values(field.label, *(_distinct([(fold(text), text)]) for text in (one, other)))


PARTS_OF_NAME = ("first_name", "last_name")


def _within_whole_name(part: Comparison, one: Customer, other: Customer) -> Comparison:
    """The comparison of a first or last name: nothing speaks against it if the whole names agree, in any order."""
    if not part.speaks_against or customer_name_similarity(one, other) != SAME:
        return part
    return replace(part, verdict="Same in the whole name", speaks_against=False)


def _names(label: str, one: str, other: str) -> Comparison:
    verdict, against = "", False
    if one and other:
        verdict, against = _name_verdict(one, other)
    return Comparison(label, [one] if one else [], [other] if other else [], verdict, against)


def _name_verdict(one: str, other: str) -> tuple[str, bool]:
    degree = name_similarity(one, other)
    if fold(one) == fold(other):
        return "Same", False
    if not (real_name(one) and real_name(other)):
        return "Placeholder", False
    if name_spellings(one) & name_spellings(other):
        return "Same in another spelling", False
    if degree == SAME:
        return "Possible: initial, short or partial name", False
    return f"{degree or 0}% similar", (degree or 0) < SIMILAR_ENOUGH


def _values(label: str, one_values: Spellings, other_values: Spellings) -> Comparison:
    verdict = ""
    if one_values.keys() & other_values.keys():
        verdict = "Shared"
    elif one_values and other_values:
        nearest = max(round(fuzz.ratio(a, b)) for a, b in product(one_values, other_values))
        verdict = f"None shared, closest {nearest}% similar" if nearest >= NEARLY else "None shared"
    return Comparison(label, list(one_values.values()), list(other_values.values()), verdict)


def _emails(customer: Customer, records: Sequence[SourceRecord]) -> Spellings:
    return _distinct((comparable_email(text), text) for text in (customer.email, *(r.email for r in records)))


def _phones(customer: Customer, records: Sequence[SourceRecord]) -> Spellings:
    countries = (customer.billing_address.get("country", ""), *(record.country for record in records))
    home = next(filter(None, countries), "")
    written = [(customer.phone, home), *((record.phone, record.country or home) for record in records)]
    return _distinct((comparable_phone(phone, country), phone) for phone, country in written)


def _distinct(values: Iterable[tuple[str, str]]) -> Spellings:
    spellings: dict[str, str] = {}
    for normal, written in values:
        if written:
            spellings.setdefault(normal, written)
    return spellings
