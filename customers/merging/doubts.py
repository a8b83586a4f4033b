"""What speaks against that customers are one person: nothing in common, other names, a family's phone, who said no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import ngettext

from customers.lib.dates import format_day
from customers.lib.phrases import Notice, isolated, join_words
from customers.matching.duplicates import SharedKeys, holders_of_keys, shared_keys_of
from customers.matching.name_similarity import SAME, SIMILAR_ENOUGH, name_similarity, names_differ_much
from customers.matching.not_duplicates import not_duplicates_among
from customers.models import Customer, MatchKind
from customers.models.matching import Key

MOST_NAMED, MOST_READ = 5, 100
PAIR = 2


def doubts(customers: Sequence[Customer]) -> Iterator[Notice]:
    survivor, *duplicates = customers
    hits = shared_keys_of([survivor.pk]).get(survivor.pk, {})
    yield from about_matches(survivor, duplicates, hits)
    yield from about_names(survivor, duplicates)
    yield from about_households(survivor, duplicates, hits)
    yield from about_dismissals(customers)


def about_matches(survivor: Customer, duplicates: Sequence[Customer], hits: SharedKeys) -> Iterator[Notice]:
    if alone := [c.pk for c in duplicates if c.pk not in hits]:
        text = ngettext(
            "Customer %(numbers)s shares no email or phone with %(name)s.",
            "Customers %(numbers)s share no email or phone with %(name)s.",
            len(alone),
        )
        yield Notice("No shared email or phone.", text % _named(alone, survivor))


def about_names(survivor: Customer, duplicates: Sequence[Customer]) -> Iterator[Notice]:
    others = [c.numbered for c in duplicates if names_differ_much(survivor, c)]
    if others:
        more = [f"{len(others) - MOST_NAMED} more"] if len(others) > MOST_NAMED else []
        text = ngettext(
            "%(names)s may be a different person from %(survivor)s.",
            "%(names)s may be different people from %(survivor)s.",
            len(others),
        )
        named = {"names": join_words([*others[:MOST_NAMED], *more]), "survivor": isolated(survivor.name)}
        yield Notice("Names differ.", text % named)


def about_households(survivor: Customer, duplicates: Sequence[Customer], hits: SharedKeys) -> Iterator[Notice]:
    by_phone = [c for c in duplicates if _is_only_phone(hits.get(c.pk, ()))]
    if family := [c.pk for c in by_phone if _is_family(survivor, c)]:
        text = ngettext(
            "Customer %(numbers)s has the same last name as %(name)s but shares only a phone.",
            "Customers %(numbers)s have the same last name as %(name)s but share only a phone.",
            len(family),
        )
        yield Notice("Possible shared household.", text % _named(family, survivor))
    elif crowd := _crowd(survivor, {key for c in by_phone for key in hits[c.pk]}):
        text = f"The only match is a phone that {crowd} customers share."
        yield Notice("Possible shared household.", text)


def _named(customers: Sequence[int], survivor: Customer) -> dict[str, str]:
    return {"numbers": join_words([str(pk) for pk in customers]), "name": isolated(survivor.name)}


def _is_only_phone(shared: Collection[Key]) -> bool:
    return bool(shared) and all(kind != MatchKind.EMAIL for kind, _ in shared)


def _is_family(one: Customer, other: Customer) -> bool:
    last = name_similarity(one.last_name, other.last_name) or 0
    first = name_similarity(one.first_name, other.first_name)
    return last >= SIMILAR_ENOUGH and first is not None and first < SAME


def _crowd(survivor: Customer, keys: Collection[Key]) -> int:
    """How many have one of these phones, if that is more than a pair and somebody among them has another name."""
    known = {customer for customer, _, _ in holders_of_keys(keys)} if keys else set()
    if len(known) <= PAIR:
        return 0
    others = Customer.objects.filter(pk__in=sorted(known)[:MOST_READ])
    return len(known) if any(names_differ_much(survivor, other) for other in others) else 0


def about_dismissals(customers: Sequence[Customer]) -> Iterator[Notice]:
    pairs_of: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (one, other), no in sorted(not_duplicates_among([c.pk for c in customers]).items()):
        pairs_of[isolated(no.by or "An API client"), format_day(no.created)].append(f"{one} and {other}")
    for (who, on), pairs in pairs_of.items():
        text = f"{who} marked these customers as not duplicates on {on}: {', '.join(pairs)}."
        yield Notice("Marked as not duplicates before.", text)
