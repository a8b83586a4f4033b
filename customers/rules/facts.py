"""What rules compare of a customer, or of a part of one: names, keys, external IDs, identifying attributes.

A side is a set of origins with a profile. For a live customer these are all who are part of it. A customer whom a rule
has merged has a side for each of those parts (`sides.py`), and a back-test asks for the sides of a merge as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from customers.lib.emails import normal_email
from customers.lib.identity import Identity, fold, match_keys
from customers.lib.names import name_words
from customers.lib.person_name import SUFFIXES
from customers.matching.evidence.values import RecordedValues, attribute_form, evidence_keys, identifier_key
from customers.models import (
    Attribute,
    DataSource,
    EvidenceKind,
    IdentifyingAttribute,
    MatchKey,
    SourceRecord,
    UnmatchedValue,
)
from customers.models.matching import Key

IDENTIFIER = EvidenceKind.IDENTIFIER.value


@dataclass(frozen=True)
class RuleSide:
    """`head` is the customer whose `profile` it is; `origins` are all who belong to it, the head too."""

    head: int
    origins: frozenset[int]
    profile: Mapping[str, Any]


@dataclass
class SideFacts:
    """Of one side. `external_ids` are (data source, normal form); `written` is what must agree in case as well."""

    head: int
    first_name: str
    last_name: str
    company: str
    keys: set[Key] = field(default_factory=set)
    external_ids: set[tuple[int, str]] = field(default_factory=set)
    written: set[Key] = field(default_factory=set)
    attributes: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def suffixes(self) -> frozenset[str]:
        """Such as Jr.: father and son have one name."""
        return SUFFIXES.intersection(name_words(self.last_name))


def read_facts(sides: Collection[RuleSide]) -> dict[int, SideFacts]:
    """{head: its facts}."""
    facts = {side.head: _of_profile(side) for side in sides}
    head_of = {origin: side.head for side in sides for origin in side.origins}
    excluded = _excluded(head_of)
    staff = DataSource.objects.filter(name=DataSource.STAFF).values_list("pk", flat=True).first()
    # The staff record repeats the profile of its customer, of which a side may have another one.
    records = SourceRecord.objects.filter(origin__in=head_of).exclude(data_source=staff)
    record_rows = list(records.only("pk", "origin_id", "data_source_id", "external_id", "company", "email"))
    side_of = {record.pk: facts[head_of[record.origin_id]] for record in record_rows}
    for record in record_rows:
        _add_record(side_of[record.pk], record)
    for pk, kind, value in MatchKey.objects.filter(source_record__in=side_of).values_list(
        "source_record", "kind", "value"
    ):
        side_of[pk].keys.add((kind, value))
    _add_attributes(facts, head_of, staff)
    for head, keys in excluded.items():
        facts[head].keys -= keys
    return facts


def _of_profile(side: RuleSide) -> SideFacts:
    profile = side.profile
    facts = SideFacts(side.head, profile["first_name"], profile["last_name"], profile["company"])
    country = (profile["billing_address"] or {}).get("country", "")
    facts.keys.update(match_keys(Identity(email=profile["email"], phone=profile["phone"], country=country)))
    facts.keys.update(evidence_keys(RecordedValues(profile["company"], profile["email"], profile["website"])))
    if profile["company"]:
        facts.written.add((EvidenceKind.COMPANY.value, profile["company"].strip()))
    return facts


def _add_record(facts: SideFacts, record: SourceRecord) -> None:
    external_id = (record.external_id or "").strip()
    facts.keys.update(evidence_keys(RecordedValues(record.company, normal_email(record.email))))
    if external_id:
        facts.external_ids.add((record.data_source_id, fold(external_id)))
        facts.written.add((EvidenceKind.EXTERNAL_ID.value, external_id))
    if record.company:
        facts.written.add((EvidenceKind.COMPANY.value, record.company.strip()))


def _excluded(head_of: Mapping[int, int]) -> Mapping[int, set[Key]]:
    """{head: keys that staff excluded from matching}."""
    excluded: defaultdict[int, set[Key]] = defaultdict(set)
    rows = UnmatchedValue.objects.filter(source_record__origin__in=head_of)
    for origin, kind, value in rows.values_list("source_record__origin", "kind", "value"):
        excluded[head_of[origin]].add((kind, value))
    return excluded


def _add_attributes(facts: Mapping[int, SideFacts], head_of: Mapping[int, int], staff: int | None) -> None:
    """A value that staff set or removed counts above those that data sources sent."""
    marked = {attribute.name: attribute for attribute in IdentifyingAttribute.objects.all()}
    if not marked:
        return
    rows = Attribute.objects.filter(source_record__origin__in=head_of, name__in=marked).order_by("pk")
    columns = ("source_record__origin", "source_record__data_source", "name", "value", "removed")
    values: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    by_staff: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for origin, source, name, value, removed in rows.values_list(*columns):
        key = (head_of[origin], name)
        if source == staff:
            by_staff[key] = [] if removed else [value]
        elif not removed:
            values[key].append(value)
    for (head, name), texts in {**values, **by_staff}.items():
        attribute = marked[name]
        for text in texts:
            if form := attribute_form(text):
                facts[head].attributes[attribute.pk].add(form)
            identifier = identifier_key(attribute.pk, text)
            if identifier and attribute.meaning == IdentifyingAttribute.Meaning.IDENTIFIER:
                facts[head].keys.add((IDENTIFIER, identifier))
