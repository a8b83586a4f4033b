"""What two customers have in common beside emails and phones, and where what identifies them differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from customers.matching.evidence.values import RecordedValues, attribute_form, evidence_keys
from customers.models import Attribute, Customer, DataSource, EvidenceKind, IdentifyingAttribute, SourceRecord

Written = dict[str, str]
"""{normal form: as it is written}."""

LABELS = {
    EvidenceKind.EXTERNAL_ID: "External ID in two data sources",
    EvidenceKind.COMPANY: "Company",
    EvidenceKind.DOMAIN: "Web domain",
}
NOTES = {
    EvidenceKind.EXTERNAL_ID: "Data sources may number different customers alike",
    EvidenceKind.COMPANY: "Without its legal form",
    EvidenceKind.DOMAIN: "Of website or email; mail providers do not count",
}


@dataclass(frozen=True)
class OtherEvidence:
    """A value that both have, or an identifying attribute of which each has another (`speaks_against`)."""

    label: str
    values: Sequence[str]
    note: str = ""
    speaks_against: bool = False


@dataclass
class _Side:
    """What one of the two has, by kind. `sources` are {external ID: data sources}."""

    values: defaultdict[str, Written] = field(default_factory=lambda: defaultdict(dict))
    sources: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    attributes: defaultdict[int, Written] = field(default_factory=lambda: defaultdict(dict))


def other_evidence(
    one: Customer, other: Customer, one_records: Collection[SourceRecord], other_records: Collection[SourceRecord]
) -> list[OtherEvidence]:
    marked = list(IdentifyingAttribute.objects.all())
    mine, theirs = (
        _side(customer, records, marked) for customer, records in ((one, one_records), (other, other_records))
    )
    evidence = []
    for kind, label in LABELS.items():
        common = mine.values[kind].keys() & theirs.values[kind].keys()
        if kind == EvidenceKind.EXTERNAL_ID:
            common = {value for value in common if len(mine.sources[value] | theirs.sources[value]) > 1}
        if common:
            evidence.append(OtherEvidence(label, sorted(mine.values[kind][value] for value in common), NOTES[kind]))
    return evidence + [
        compared for attribute in marked if (compared := _compare(attribute, mine.attributes, theirs.attributes))
    ]


def _compare(
    attribute: IdentifyingAttribute, mine: Mapping[int, Written], theirs: Mapping[int, Written]
) -> OtherEvidence | None:
    """None if one of the two has no such attribute."""
    one, other = mine.get(attribute.pk, {}), theirs.get(attribute.pk, {})
    if not (one and other):
        return None
    common = one.keys() & other.keys()
    if common:
        return OtherEvidence(attribute.name, sorted(one[value] for value in common), attribute.get_meaning_display())
    return OtherEvidence(attribute.name, [*one.values(), *other.values()], "Different", speaks_against=True)


def _side(customer: Customer, records: Collection[SourceRecord], marked: Collection[IdentifyingAttribute]) -> _Side:
    side, staff = _Side(), DataSource.STAFF
    profile = RecordedValues(customer.company, customer.email, customer.website)
    _add(side, profile)
    for record in records:
        external_id = "" if record.data_source.name == staff else record.external_id or ""
        _add(side, RecordedValues(record.company, record.email, "", external_id), source=record.data_source_id)
    number_of = {attribute.name: attribute.pk for attribute in marked}
    for name, value in _attributes(records, number_of):
        if form := attribute_form(value):
            side.attributes[number_of[name]][form] = value
    return side


def _attributes(records: Collection[SourceRecord], names: Collection[str]) -> list[tuple[str, str]]:
    if not names:
        return []
    rows = Attribute.objects.filter(source_record__in=records, name__in=names, removed=False)
    return list(rows.order_by("pk").values_list("name", "value"))


def _add(side: _Side, values: RecordedValues, *, source: int = 0) -> None:
    written = {EvidenceKind.EXTERNAL_ID: values.external_id, EvidenceKind.COMPANY: values.company}
    for kind, value in evidence_keys(values):
        side.values[kind].setdefault(value, written.get(EvidenceKind(kind), "") or value)
        if kind == EvidenceKind.EXTERNAL_ID:
            side.sources[value].add(source)
