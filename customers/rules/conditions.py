"""Whether two sides satisfy a rule: everything that it needs agrees, and nothing that identifies somebody differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import F, OuterRef

from customers.lib.person_name import full_name, names_in_common
from customers.matching.judgement import NamesAgree, compare_names, full_name_key
from customers.matching.keys import MOST_COUNTED, MOST_SHARING, CountedCustomers, weigh_keys
from customers.matching.not_duplicates import ordered_pair
from customers.models import EvidenceKey, EvidenceKind, LikelyPair, MatchKind, MergeRule
from customers.models.matching import Key
from customers.models.rule import Agreement, NamesNeeded
from customers.rules.facts import SideFacts

Pair = tuple[int, int]
KIND_OF = {
    Agreement.EMAIL: MatchKind.EMAIL.value,
    Agreement.COMPANY: EvidenceKind.COMPANY.value,
    Agreement.DOMAIN: EvidenceKind.DOMAIN.value,
    Agreement.IDENTIFIER: EvidenceKind.IDENTIFIER.value,
}
MATCH_KINDS = frozenset(MatchKind.values)
CASED = {Agreement.EXTERNAL_ID: EvidenceKind.EXTERNAL_ID.value, Agreement.COMPANY: EvidenceKind.COMPANY.value}


@dataclass(frozen=True)
class Weights:
    """Which keys count, as everywhere: `crowded` ones only for namesakes, `unused` ones never."""

    crowded: frozenset[Key]
    unused: frozenset[Key]
    probabilities: Mapping[Pair, float]

    def counts(self, key: Key, *, namesakes: bool) -> bool:
        return key not in self.unused and (namesakes or key not in self.crowded)


def weigh(facts: Collection[SideFacts], rule: MergeRule) -> Weights:
    """Of what two or more of them have."""
    seen: set[Key] = set()
    shared: set[Key] = set()
    for one in facts:
        keys = {*one.keys, *((EvidenceKind.EXTERNAL_ID.value, value) for _, value in one.external_ids)}
        shared |= keys & seen
        seen |= keys
    recognising = {key for key in shared if key[0] in MATCH_KINDS}
    weighed = weigh_keys(recognising)
    probabilities = _probabilities({one.head for one in facts}) if rule.least_probability is not None else {}
    return Weights(
        frozenset(weighed.crowded | _crowded(shared - recognising)),
        frozenset(recognising - weighed.all),
        probabilities,
    )


def _crowded(keys: Collection[Key]) -> set[Key]:
    having = EvidenceKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    customers = CountedCustomers(having.values(holder=F("source_record__customer"))[:MOST_COUNTED])
    one_of_each = EvidenceKey.objects.among(keys).values("kind", "value").distinct().annotate(customers=customers)
    rows = one_of_each.values_list("kind", "value", "customers")
    return {(kind, value) for kind, value, number in rows if number > MOST_SHARING}


def _probabilities(heads: Collection[int]) -> dict[Pair, float]:
    pairs = LikelyPair.objects.filter(first__in=heads, second__in=heads)
    return {(first, second): p for first, second, p in pairs.values_list("first", "second", "probability")}


def is_satisfied(rule: MergeRule, one: SideFacts, other: SideFacts, weights: Weights) -> bool:
    return not speaks_against(one, other) and _agree(rule, one, other, weights) and _names_agree(rule, one, other)


def speaks_against(one: SideFacts, other: SideFacts) -> bool:
    """Whether an identifying attribute of both differs, or Jr. meets Sr.: whatever else agrees, these are two."""
    both_have = one.attributes.keys() & other.attributes.keys()
    if any(one.attributes[pk].isdisjoint(other.attributes[pk]) for pk in both_have):
        return True
    return bool(one.suffixes ^ other.suffixes)


def _agree(rule: MergeRule, one: SideFacts, other: SideFacts, weights: Weights) -> bool:
    namesakes = bool(full_name_key(one)) and full_name_key(one) == full_name_key(other)
    if rule.least_probability is not None:
        probability = weights.probabilities.get(ordered_pair(one.head, other.head), 0.0)
        if probability < rule.least_probability:
            return False
    counting = {key for key in one.keys & other.keys if weights.counts(key, namesakes=namesakes)}
    for needed in map(Agreement, rule.evidence):
        if rule.match_case and needed in CASED:
            kind = CASED[needed]
            if not any(key[0] == kind for key in one.written & other.written):
                return False
        if needed == Agreement.PHONE:
            agrees = _share_phone(counting, one, other)
        elif needed == Agreement.EXTERNAL_ID:
            agrees = _share_external_id(one, other, weights, namesakes=namesakes)
        else:
            agrees = any(kind == KIND_OF[needed] for kind, _ in counting)
        if not agrees:
            return False
    return True


def _share_phone(counting: Collection[Key], one: SideFacts, other: SideFacts) -> bool:
    """Digits count only where one of the two has no whole number: else the numbers are compared."""
    kinds = {kind for kind, _ in counting}
    have_numbers = all(any(kind == MatchKind.PHONE for kind, _ in facts.keys) for facts in (one, other))
    return MatchKind.PHONE in kinds or (MatchKind.DIGITS in kinds and not have_numbers)


def _share_external_id(one: SideFacts, other: SideFacts, weights: Weights, *, namesakes: bool) -> bool:
    """In different data sources: within one, an ID has one customer."""
    return any(
        value == their_value
        and source != their_source
        and weights.counts((EvidenceKind.EXTERNAL_ID.value, value), namesakes=namesakes)
        for source, value in one.external_ids
        for their_source, their_value in other.external_ids
    )


def _names_agree(rule: MergeRule, one: SideFacts, other: SideFacts) -> bool:
    if rule.names == NamesNeeded.ANY:
        return True
    if rule.match_case and not _same_letters(rule.names, one, other):
        return False
    if rule.names in (NamesNeeded.FIRST, NamesNeeded.LAST):
        return f"{rule.names}_name" in names_in_common(one, other)
    degree, differing = compare_names(one, other)
    if rule.names == NamesNeeded.FULL:
        return degree is NamesAgree.FULL and not differing
    return degree >= NamesAgree.PARTLY and not differing


def _same_letters(names: str, one: SideFacts, other: SideFacts) -> bool:
    def written(facts: SideFacts) -> str:
        parts = {NamesNeeded.FIRST: facts.first_name, NamesNeeded.LAST: facts.last_name}
        whole = full_name(facts.first_name, facts.last_name) or facts.company
        return " ".join(parts.get(NamesNeeded(names), whole).split())

    return written(one) == written(other)
