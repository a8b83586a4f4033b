"""Duplicates: live customers that share a match key through any of their source records.

Placeholders and ignored values do not count. A pair marked “not duplicates” is still found, with its mark: it leaves
suggestions and counts, not the merge page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from customers.lib.identity import match_keys
from customers.lib.names import unaccented
from customers.lib.phones import readable_phone
from customers.lib.placeholders import is_placeholder_email, is_placeholder_phone
from customers.matching.not_duplicates import not_duplicates_among, ordered_pair
from customers.matching.written_digits import Pair, without_digits_of_two_numbers
from customers.models import Customer, IgnoredValue, MatchKey, MatchKind, NotDuplicate
from customers.models.matching import Key, KeyQuerySet
from customers.records.staff_record import identity_of

# More holders of a value are not read: it is a shared mailbox or a switchboard.
MOST_HOLDERS = 2_000
MOST_CANDIDATES = 100

SharedKeys = dict[int, set[Key]]

REASONS = {
    (MatchKind.EMAIL, True): "same email",
    (MatchKind.EMAIL, False): "former email",
    (MatchKind.PHONE, True): "same phone",
    (MatchKind.PHONE, False): "former phone",
    (MatchKind.DIGITS, True): "same phone as written",
    (MatchKind.DIGITS, False): "former phone as written",
}


@dataclass(frozen=True)
class Evidence:
    """One value two customers share; `current` when it stands in both profiles."""

    kind: str
    value: str
    current: bool

    def __str__(self) -> str:
        return REASONS[MatchKind(self.kind), self.current]

    @property
    def written(self) -> str:
        return readable_phone(self.value) if self.kind == MatchKind.PHONE else self.value


class Strength(IntEnum):
    """How strongly the values that customers share suggest that they are one person."""

    NONE = 0
    PHONE = 1
    EMAIL = 2
    BOTH = 3


def match_strength(kinds: Iterable[str]) -> Strength:
    # A family often shares a phone, and seldom an email.
    shared = set(kinds)
    if MatchKind.EMAIL not in shared:
        return Strength.PHONE if shared else Strength.NONE
    return Strength.BOTH if len(shared) > 1 else Strength.EMAIL


@dataclass(frozen=True)
class Candidate:
    """A customer who may be the same person, the evidence for and against, and the mark “not a duplicate” if any."""

    customer: Customer
    reasons: tuple[Evidence, ...]
    against: tuple[str, ...]
    name_agrees: bool
    dismissal: NotDuplicate | None

    @property
    def is_sure(self) -> bool:
        """Whether the candidate is selected beforehand: email and phone agree, or the email and a name."""
        strength = match_strength(reason.kind for reason in self.reasons)
        is_strong = strength is Strength.BOTH or (strength is Strength.EMAIL and self.name_agrees)
        return is_strong and not self.dismissal


def duplicates_of(customer: Customer) -> list[Candidate]:
    """The other live customers that share a match key, strongest match first, marked pairs last."""
    shared = shared_keys_of([customer.pk]).get(customer.pk, {})
    others = Customer.objects.live().filter(pk__in=list(shared)[:MOST_CANDIDATES])
    marks = not_duplicates_among([customer.pk, *shared])
    candidates = [
        _candidate(customer, other, shared[other.pk], marks.get(ordered_pair(customer.pk, other.pk)))
        for other in others
    ]
    return sorted(candidates, key=lambda c: (c.dismissal is not None, not c.is_sure, -len(c.reasons), c.customer.pk))


def candidate_for(one: Customer, other: Customer) -> Candidate:
    return candidates_for(one, [other])[0]


def candidates_for(one: Customer, others: Sequence[Customer]) -> list[Candidate]:
    shared = shared_keys_of([one.pk]).get(one.pk, {})
    marks = not_duplicates_among([one.pk, *(other.pk for other in others)])
    return [
        _candidate(one, other, shared.get(other.pk, set()), marks.get(ordered_pair(one.pk, other.pk)))
        for other in others
    ]


def _candidate(one: Customer, other: Customer, shared: Collection[Key], dismissal: NotDuplicate | None) -> Candidate:
    first = names_agree(one.first_name, other.first_name)
    last = names_agree(one.last_name, other.last_name)
    against = (
        () if shared else ("no shared email or phone",),
        () if first is not False else ("different first names",),
        () if last is not False else ("different last names",),
    )
    return Candidate(other, evidence_of(one, other, shared), sum(against, ()), bool(first or last), dismissal)


def names_agree(one: str, other: str) -> bool | None:
    """Whether both names can be of one person, an initial standing for a name; None when one is blank."""
    a, b = (unaccented(name).replace(".", "").split() for name in (one, other))
    if not (a and b):
        return None
    return a == b or (1 in (len(a[0]), len(b[0])) and a[0][0] == b[0][0])


def duplicate_counts(customers: Collection[int]) -> dict[int, int]:
    """{customer: number of possible duplicates} of customers that have any; marked pairs do not count."""
    matches = shared_keys_of(customers)
    marks = not_duplicates_among({*customers, *(other for shared in matches.values() for other in shared)})
    counts = {pk: sum(ordered_pair(pk, other) not in marks for other in shared) for pk, shared in matches.items()}
    return {pk: count for pk, count in counts.items() if count}


def shared_keys_of(customers: Collection[int]) -> dict[int, SharedKeys]:
    """{customer: {other live customer: the keys they share}}."""
    sharers: defaultdict[Key, set[int]] = defaultdict(set)
    keys = MatchKey.objects.filter(source_record__customer__in=customers)
    for pk, kind, value in keys.values_list("source_record__customer", "kind", "value"):
        sharers[kind, value].add(pk)
    for key in ignored_values(sharers):
        del sharers[key]
    shared: defaultdict[Pair, set[Key]] = defaultdict(set)
    for other, kind, value in holders_of_keys(MatchKey.objects.among(sharers)):
        for pk in sharers[kind, value] - {other}:
            shared[pk, other].add((kind, value))
    matches: defaultdict[int, SharedKeys] = defaultdict(dict)
    for (pk, other), their_keys in without_digits_of_two_numbers(shared).items():
        matches[pk][other] = their_keys
    return dict(matches)


def holders_of_keys(keys: KeyQuerySet[MatchKey]) -> Iterable[tuple[int, str, str]]:
    """(customer, kind, value) of every live customer's record with one of the keys."""
    rows = keys.order_by("source_record__customer")
    return rows.values_list("source_record__customer", "kind", "value").distinct()[:MOST_HOLDERS]


def is_placeholder(kind: str, value: str) -> bool:
    """Whether the normal form `value` is made up. IgnoredValue names more."""
    return is_placeholder_email(value) if kind == MatchKind.EMAIL else is_placeholder_phone(value)


def ignored_values(keys: Collection[Key]) -> set[Key]:
    ignored = IgnoredValue.objects.filter(value__in={value for _, value in keys}).values_list("kind", "value")
    return {key for key in keys if is_placeholder(*key)} | (set(ignored) & set(keys))


def evidence_of(one: Customer, other: Customer, shared: Collection[Key]) -> tuple[Evidence, ...]:
    current = set(match_keys(identity_of(one))) & set(match_keys(identity_of(other)))
    return tuple(Evidence(*key, key in current) for key in sorted(without_repeated_digits(shared)))


def without_repeated_digits(keys: Collection[Key]) -> set[Key]:
    # A phone that parses has two keys, of which one is enough to show.
    parsed = any(kind == MatchKind.PHONE for kind, _ in keys)
    return {key for key in keys if not (parsed and key[0] == MatchKind.DIGITS)}
