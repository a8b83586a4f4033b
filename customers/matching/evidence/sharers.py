"""Who has evidence in common with a customer, and which: external ID, company, web domain, identifying attribute.

They are suggested beside those who match, and never more: no one is recognised by such a value. One that more than
MOST_SHARING customers have, such as the company of all who work there, suggests nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Min, OuterRef

from customers.matching.evidence.values import attribute_of_key
from customers.matching.keys import MOST_COUNTED, MOST_SHARING, CountedCustomers
from customers.models import Customer, EvidenceKey, EvidenceKind, IdentifyingAttribute
from customers.models.matching import Key

MOST_KEYS = 50
MOST_HOLDERS = 2_000
MOST_SHARERS = 50
TWO_SOURCES = 2
OWNER = "source_record__customer"
SURENESS = {EvidenceKind.IDENTIFIER: 8, EvidenceKind.EXTERNAL_ID: 4, EvidenceKind.COMPANY: 2, EvidenceKind.DOMAIN: 1}
"""Each counts more than all that follow it together."""
LABELS = {
    EvidenceKind.EXTERNAL_ID: "external ID in another data source",
    EvidenceKind.COMPANY: "company",
    EvidenceKind.DOMAIN: "web domain",
}


@dataclass(frozen=True)
class EvidenceInCommon:
    """A value that two customers have, in its normal form."""

    kind: EvidenceKind
    label: str
    value: str


Sharers = Mapping[int, Sequence[EvidenceInCommon]]
"""{live customer: what they have in common with the one asked about, the surest first}."""


def sharers_of(customer: Customer) -> Sharers:
    """The surest MOST_SHARERS, in their order."""
    keys_of = _keys_of_others(customer, _recognising_keys(customer))
    surest = sorted(keys_of, key=lambda other: (-_sureness(keys_of[other]), -other))[:MOST_SHARERS]
    names = _names_of_attributes({key for other in surest for key in keys_of[other]})
    in_words = {other: _in_words(keys_of[other], names) for other in surest}
    return {other: shared for other, shared in in_words.items() if shared}


def is_of_colleagues(in_common: Sequence[EvidenceInCommon]) -> bool:
    """Only a company or only a web domain, as all have who work there."""
    return {shared.kind for shared in in_common} in ({EvidenceKind.COMPANY}, {EvidenceKind.DOMAIN})


def _recognising_keys(customer: Customer) -> set[Key]:
    """Those of the customer that others have, too, but not very many."""
    # One row for each value, however many of its records have it; identifiers come first.
    of_customer = EvidenceKey.objects.filter(**{OWNER: customer}).values("kind", "value")
    rows = of_customer.annotate(row=Min("pk")).order_by("-kind", "value").values("row")[:MOST_KEYS]
    of_others = EvidenceKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value")).exclude(**{OWNER: customer})
    others = CountedCustomers(of_others.values(holder=F(OWNER))[:MOST_COUNTED])
    counted = EvidenceKey.objects.filter(pk__in=rows).values_list("kind", "value", others)
    return {(kind, value) for kind, value, number in counted if 0 < number < MOST_SHARING}


def _keys_of_others(customer: Customer, keys: Collection[Key]) -> Mapping[int, set[Key]]:
    """{live customer: those of `keys` that they have}. An external ID counts only in two data sources."""
    if not keys:
        return {}
    live = {f"{OWNER}__merged_into": None, f"{OWNER}__erased_at": None}
    columns = ("kind", "value", OWNER, "source_record__data_source")
    holders = EvidenceKey.objects.among(keys).filter(**live).values_list(*columns).distinct()
    sources: defaultdict[tuple[Key, int], set[int]] = defaultdict(set)
    for kind, value, holder, source in holders[:MOST_HOLDERS]:
        sources[(kind, value), holder].add(source)
    keys_of: defaultdict[int, set[Key]] = defaultdict(set)
    for (key, holder), their_sources in sources.items():
        is_of_one_source = len(their_sources | sources[key, customer.pk]) < TWO_SOURCES
        if holder != customer.pk and not (key[0] == EvidenceKind.EXTERNAL_ID and is_of_one_source):
            keys_of[holder].add(key)
    return keys_of


def _sureness(keys: Collection[Key]) -> int:
    return sum(SURENESS[kind] for kind in {EvidenceKind(kind) for kind, _ in keys})


def _names_of_attributes(keys: Collection[Key]) -> Mapping[int, str]:
    numbers = {attribute_of_key(value)[0] for kind, value in keys if kind == EvidenceKind.IDENTIFIER}
    marked = IdentifyingAttribute.objects.filter(pk__in=numbers, meaning=IdentifyingAttribute.Meaning.IDENTIFIER)
    return dict(marked.values_list("pk", "name")) if numbers else {}


def _in_words(keys: Collection[Key], names: Mapping[int, str]) -> Sequence[EvidenceInCommon]:
    in_words = []
    for kind, value in sorted(keys, key=lambda key: (-_sureness([key]), key)):
        if kind != EvidenceKind.IDENTIFIER:
            in_words.append(EvidenceInCommon(EvidenceKind(kind), LABELS[EvidenceKind(kind)], value))
        elif name := names.get(attribute_of_key(value)[0]):
            in_words.append(EvidenceInCommon(EvidenceKind.IDENTIFIER, name, attribute_of_key(value)[1]))
    return in_words
