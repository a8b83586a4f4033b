"""Who may satisfy a rule with whom: live customers who have one of the needed values in common.

Of all that a rule needs, the value that fewest share is looked up. What very many share finds only namesakes, and what
more than MOST_HOLDERS share finds nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from customers.lib.identity import Identity
from customers.matching.ignored_values import readable_value
from customers.matching.judgement import full_name_key
from customers.matching.keys import MOST_SHARING, ignored_keys
from customers.models import (
    EvidenceKey,
    EvidenceKind,
    IgnoredValue,
    LikelyPair,
    MatchKey,
    MatchKind,
    MergeRule,
    SharedValue,
)
from customers.models.matching import Key
from customers.models.rule import Agreement
from customers.rules.conditions import MATCH_KINDS, Pair

KeyModel = type[MatchKey] | type[EvidenceKey]
KINDS: dict[Agreement, tuple[KeyModel, tuple[str, ...]]] = {
    # What fewest share comes first.
    Agreement.IDENTIFIER: (EvidenceKey, (EvidenceKind.IDENTIFIER.value,)),
    Agreement.EMAIL: (MatchKey, (MatchKind.EMAIL.value,)),
    Agreement.PHONE: (MatchKey, (MatchKind.DIGITS.value, MatchKind.PHONE.value)),
    Agreement.EXTERNAL_ID: (EvidenceKey, (EvidenceKind.EXTERNAL_ID.value,)),
    Agreement.COMPANY: (EvidenceKey, (EvidenceKind.COMPANY.value,)),
    Agreement.DOMAIN: (EvidenceKey, (EvidenceKind.DOMAIN.value,)),
}
MOST_HOLDERS = 5_000
"""A value that more customers have connects none of them: of a part of them, a part of a group would look whole."""
OWNER = "source_record__customer"


@dataclass(frozen=True)
class CrowdedValue:
    """`holders` is about how many customers have it."""

    kind: str
    value: str
    holders: int

    @property
    def text(self) -> str:
        return readable_value(self.kind, self.value)


def crowded_values(rule: MergeRule, *, most: int) -> list[CrowdedValue]:
    """Emails or phones, if the rule looks them up, that very many have, but for ignored ones.

    They connect only namesakes, and beyond MOST_HOLDERS nobody.
    """
    model, kinds = KINDS.get(looked_up(rule) or Agreement.COMPANY, (EvidenceKey, ()))
    if model is not MatchKey:
        return []
    ignored = IgnoredValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    shared = SharedValue.objects.filter(~Exists(ignored), holders__gt=MOST_SHARING, kind__in=kinds)
    rows = shared.exclude(kind=MatchKind.DIGITS).order_by("-holders", "-pk")
    return [CrowdedValue(*row) for row in rows.values_list("kind", "value", "holders")[:most]]


def looked_up(rule: MergeRule) -> Agreement | None:
    """The evidence by which candidates are found; None when the rule only needs a probability."""
    return next((agreement for agreement in KINDS if agreement.value in rule.evidence), None)


def candidate_pairs(rule: MergeRule, customers: Collection[int]) -> set[Pair]:
    """Pairs of live customers, of which one is of `customers`."""
    agreement = looked_up(rule)
    if agreement is None:
        return _likely_pairs(rule, customers)
    model, kinds = KINDS[agreement]
    held = model._default_manager.filter(kind__in=kinds, **{f"{OWNER}__in": customers})
    keys = set(held.values_list("kind", "value").distinct())
    wanted = {*customers}
    return {pair for pair in pairs_sharing(model, keys) if wanted & {*pair}}


def pairs_sharing(model: KeyModel, keys: Collection[Key]) -> Iterator[Pair]:
    """Every two live customers with one of `keys`; only namesakes where very many have it."""
    recognising = {key for key in keys if key[0] in MATCH_KINDS}
    usable = {*keys} - (ignored_keys(recognising) if recognising else set())
    live = model._default_manager.filter(**{f"{OWNER}__merged_into": None, f"{OWNER}__erased_at": None})
    counted = live.among(usable).values("kind", "value").annotate(holders=Count(OWNER, distinct=True))
    connecting = list(counted.filter(holders__gt=1, holders__lte=MOST_HOLDERS).values_list("kind", "value"))
    rows = live.among(connecting).order_by("kind", "value", OWNER).distinct()
    columns = ("kind", "value", OWNER, f"{OWNER}__first_name", f"{OWNER}__last_name")
    holders: defaultdict[Key, dict[int, str]] = defaultdict(dict)
    for kind, value, customer, *names in rows.values_list(*columns):
        holders[kind, value][customer] = full_name_key(Identity(*names))
    for of_key in holders.values():
        for together in [list(of_key)] if len(of_key) <= MOST_SHARING else _namesakes(of_key):
            yield from combinations(sorted(together), 2)


def _namesakes(holders: dict[int, str]) -> list[list[int]]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for customer, name in holders.items():
        if name:
            by_name[name].append(customer)
    return list(by_name.values())


def _likely_pairs(rule: MergeRule, customers: Collection[int]) -> set[Pair]:
    live = {f"{side}__{state}": None for side in ("first", "second") for state in ("merged_into", "erased_at")}
    pairs = LikelyPair.objects.filter(
        Q(first__in=customers) | Q(second__in=customers), probability__gte=rule.least_probability, **live
    )
    return set(pairs.values_list("first", "second"))


def customers_from(rule: MergeRule, after: Sequence[object], *, most: int) -> tuple[set[int], list[object] | None]:
    """Customers with candidates, of the values that follow `after`; and the last one looked at, None at the end."""
    agreement = looked_up(rule)
    if agreement is None:
        return _likely_from(rule, after, most=most)
    model, kinds = KINDS[agreement]
    keys = model._default_manager.after([str(part) for part in after]).filter(kind__in=kinds)
    several = keys.values("kind", "value").annotate(low=Min(OWNER), high=Max(OWNER), records=Count("pk"))
    rows = several.filter(records__gt=1).exclude(low=Max(OWNER)).order_by("kind", "value")
    following = list(rows.values_list("kind", "value")[:most])
    customers = {customer for pair in pairs_sharing(model, following) for customer in pair}
    return customers, list(following[-1]) if following else None


def _likely_from(rule: MergeRule, after: Sequence[object], *, most: int) -> tuple[set[int], list[object] | None]:
    pairs = LikelyPair.objects.filter(pk__gt=after[0] if after else 0, probability__gte=rule.least_probability)
    following = list(pairs.order_by("pk").values_list("pk", "first", "second")[:most])
    live = candidate_pairs(rule, {first for _, first, _ in following}) if following else set()
    customers = {pk for _, *pair in following if tuple(pair) in live for pk in pair}
    return customers, [following[-1][0]] if following else None
