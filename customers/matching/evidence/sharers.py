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
    keys_of = _keys_of_others(customer, recognising_keys([customer.pk], most=MOST_KEYS))
    surest = sorted(keys_of, key=lambda other: (-sureness(keys_of[other]), -other))[:MOST_SHARERS]
    names = names_of_attributes({key for other in surest for key in keys_of[other]})
    as_text = {other: in_words(keys_of[other], names) for other in surest}
    return {other: shared for other, shared in as_text.items() if shared}


def is_of_colleagues(in_common: Sequence[EvidenceInCommon]) -> bool:
    """Only a company or only a web domain, as all have who work there."""
    return {shared.kind for shared in in_common} in ({EvidenceKind.COMPANY}, {EvidenceKind.DOMAIN})


def recognising_keys(customers: Collection[int], *, most: int) -> set[Key]:
    """Those of the customers that several have, but not very many."""
    counted = count_holders(customers, most=most)
    return {key for key, number in counted.items() if 1 < number <= MOST_SHARING}


def count_holders(customers: Collection[int], *, most: int) -> dict[Key, int]:
    """{key of one of the customers: how many customers have it}; MOST_COUNTED records are looked at."""
    # One row for each value, however many records have it; identifiers come first.
    of_customers = EvidenceKey.objects.filter(**{f"{OWNER}__in": customers}).values("kind", "value")
    rows = of_customers.annotate(row=Min("pk")).order_by("-kind", "value").values("row")[:most]
    having = EvidenceKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    holders = CountedCustomers(having.values(holder=F(OWNER))[:MOST_COUNTED])
    counted = EvidenceKey.objects.filter(pk__in=rows).values_list("kind", "value", holders)
    return {(kind, value): number for kind, value, number in counted}


def holders_of(keys: Collection[Key], *, most: int) -> Mapping[Key, Mapping[int, set[int]]]:
    """{key: {live customer who has it: data sources of theirs that say it}}"""
    holders: defaultdict[Key, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    if keys:
        live = {f"{OWNER}__merged_into": None, f"{OWNER}__erased_at": None}
        columns = ("kind", "value", OWNER, "source_record__data_source")
        rows = EvidenceKey.objects.among(keys).filter(**live).values_list(*columns).distinct()
        for kind, value, holder, source in rows[:most]:
            holders[kind, value][holder].add(source)
    return holders


def connects(key: Key, one: Collection[int], other: Collection[int]) -> bool:
    """Whether a value says anything of two who have it in these data sources: an external ID counts only in two."""
    return key[0] != EvidenceKind.EXTERNAL_ID or len({*one, *other}) >= TWO_SOURCES


def _keys_of_others(customer: Customer, keys: Collection[Key]) -> Mapping[int, set[Key]]:
    """{live customer: those of `keys` that they have, too}"""
    keys_of: defaultdict[int, set[Key]] = defaultdict(set)
    for key, sources in holders_of(keys, most=MOST_HOLDERS).items():
        own = sources.get(customer.pk, ())
        for holder, their_sources in sources.items():
            if holder != customer.pk and connects(key, own, their_sources):
                keys_of[holder].add(key)
    return keys_of


def sureness(keys: Collection[Key]) -> int:
    return sum(SURENESS[kind] for kind in {EvidenceKind(kind) for kind, _ in keys})


def names_of_attributes(keys: Collection[Key]) -> Mapping[int, str]:
    numbers = {attribute_of_key(value)[0] for kind, value in keys if kind == EvidenceKind.IDENTIFIER}
    marked = IdentifyingAttribute.objects.filter(pk__in=numbers, meaning=IdentifyingAttribute.Meaning.IDENTIFIER)
    return dict(marked.values_list("pk", "name")) if numbers else {}


def in_words(keys: Collection[Key], names: Mapping[int, str]) -> Sequence[EvidenceInCommon]:
    as_text = []
    for kind, value in sorted(keys, key=lambda key: (-sureness([key]), key)):
        if kind != EvidenceKind.IDENTIFIER:
            as_text.append(EvidenceInCommon(EvidenceKind(kind), LABELS[EvidenceKind(kind)], value))
        elif name := names.get(attribute_of_key(value)[0]):
            as_text.append(EvidenceInCommon(EvidenceKind.IDENTIFIER, name, attribute_of_key(value)[1]))
    return as_text
