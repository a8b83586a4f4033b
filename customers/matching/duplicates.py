"""Duplicates: live customers that share a match key through any of their source records.

`keys` says which keys count, and `judgement` how sure a match is. A pair marked “not duplicates” is still found, with
its mark: it leaves suggestions and counts, not the merge page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from customers.lib.identity import Identity, match_keys
from customers.lib.phones.written import readable_phone
from customers.matching.digit_matches import Pair, without_digits_of_two_numbers
from customers.matching.judgement import Judgement, NamesAgree, full_name_key, judge
from customers.matching.keys import WeighedKeys, counts_by_key, ignored_of, shared_by, weigh_by, weigh_keys
from customers.matching.not_duplicates import marks_by_other, marks_of, not_duplicates_among, ordered_pair
from customers.models import Customer, MatchKey, MatchKind, NotDuplicate
from customers.models.matching import Key, KeyQuerySet
from customers.records.match_keys import holding, values_of
from customers.records.staff_record import identity_of
from customers.statements.prepared import Prepared

# More holders are not read.
MOST_HOLDERS = 2_000
MOST_CONNECTED = 10_000
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

SAME_NAMES = {NamesAgree.NONE: "", NamesAgree.PARTLY: "same name in part", NamesAgree.FULL: "same full name"}


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


@dataclass(frozen=True)
class Candidate:
    """A customer who may be the same person, the evidence, its judgement, and the mark “not a duplicate” if any."""

    customer: Customer
    reasons: tuple[Evidence, ...]
    judgement: Judgement
    dismissal: NotDuplicate | None

    @property
    def against(self) -> tuple[str, ...]:
        return self.judgement.against

    @property
    def same_name(self) -> str:
        """How far the names agree, in words; "" where they do not."""
        return SAME_NAMES[self.judgement.names]

    @property
    def is_sure(self) -> bool:
        return self.judgement.is_sure and not self.dismissal


def duplicates_of(customer: Customer) -> list[Candidate]:
    """The other live customers that share a match key, strongest match first, marked pairs last."""
    counts = counts_by_key([*shared_by(customer.pk), *ignored_of(customer.pk)])
    as_first, as_second = marks_of(customer.pk)
    return duplicates_by(customer, counts, marks_by_other([*as_first, *as_second], customer.pk))


def duplicates_by(customer: Customer, counts: Mapping[Key, int], marks: Mapping[int, NotDuplicate]) -> list[Candidate]:
    """As `duplicates_of`, by how many customers have each of its keys, and by {other customer: mark}."""
    shared = _shared_by_one(customer.pk, weigh_by(counts, counts))
    others = _live_among(list(shared)[:MOST_CANDIDATES])
    candidates = [_candidate(customer, other, shared[other.pk], marks.get(other.pk)) for other in others]
    return sorted(candidates, key=lambda c: (c.dismissal is None, c.judgement.certainty, -c.customer.pk), reverse=True)


_live_among = Prepared(lambda customers: Customer.objects.live().filter(pk__in=customers))


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
    reasons = evidence_of(one, other, shared)
    return Candidate(other, reasons, judge([one, other], [reason.kind for reason in reasons]), dismissal)


def duplicate_counts(customers: Collection[int]) -> dict[int, int]:
    """{customer: number of possible duplicates} of customers that have any; marked pairs do not count."""
    matches = shared_keys_of(customers)
    marks = not_duplicates_among({*customers, *(other for shared in matches.values() for other in shared)})
    counts = {pk: sum(ordered_pair(pk, other) not in marks for other in shared) for pk, shared in matches.items()}
    return {pk: count for pk, count in counts.items() if count}


def shared_keys_of(customers: Collection[int], *, others: Q | None = None) -> dict[int, SharedKeys]:
    """`others` is a condition for the match keys of others."""
    sharers: defaultdict[Key, set[int]] = defaultdict(set)
    keys = MatchKey.objects.filter(source_record__customer__in=customers)
    for pk, kind, value in keys.values_list("source_record__customer", "kind", "value"):
        sharers[kind, value].add(pk)
    shared: defaultdict[Pair, set[Key]] = defaultdict(set)
    among = others | Q(source_record__customer__in=customers) if others else None
    for key, connected in connected_by(weigh_keys(sharers), among=among):
        for pk, other in permutations(connected, 2):
            if pk in sharers[key]:
                shared[pk, other].add(key)
    matches: defaultdict[int, SharedKeys] = defaultdict(dict)
    for (pk, other), their_keys in without_digits_of_two_numbers(shared).items():
        matches[pk][other] = their_keys
    return dict(matches)


def pairs_sharing_values(customers: Collection[int]) -> set[Pair]:
    """Those of `customers`, lower number first, who share an email or phone: the worklist has them as such."""
    shared = shared_keys_of(customers, others=Q(source_record__customer__in=customers))
    return {(one, other) for one, others in shared.items() for other in others if one < other}


def _shared_by_one(customer: int, weighed: WeighedKeys) -> SharedKeys:
    shared: defaultdict[Pair, set[Key]] = defaultdict(set)
    for key, connected in connected_by(weighed) if weighed.crowded else _holders_by_key(weighed.counting):
        if customer in connected:
            for other in connected - {customer}:
                shared[customer, other].add(key)
    return {other: keys for (_, other), keys in without_digits_of_two_numbers(shared).items()}


def _holders_by_key(keys: Collection[Key]) -> Iterable[tuple[Key, set[int]]]:
    """(a key, all customers who have it), of a few keys that are not crowded."""
    holders: defaultdict[Key, set[int]] = defaultdict(set)
    for pk, kind, value in _holders(*values_of(keys)) if keys else ():
        holders[kind, value].add(pk)
    return holders.items()


def holders_of_keys(keys: KeyQuerySet[MatchKey]) -> QuerySet[MatchKey, tuple[int, str, str]]:
    """(customer, kind, value) of every live customer's record with one of the keys."""
    rows = keys.order_by("source_record__customer")
    return rows.values_list("source_record__customer", "kind", "value").distinct()[:MOST_HOLDERS]


_holders = Prepared(lambda *values: holders_of_keys(holding(*values)))


def connected_by(weighed: WeighedKeys, *, among: Q | None = None) -> list[tuple[Key, set[int]]]:
    """(a key, two or more customers whom it connects): all who have it; of a crowded key, those with the same names."""
    owner = "source_record__customer"
    is_crowded = Case(
        *(When(kind=kind, value=value, then=Value(value=True)) for kind, value in sorted(weighed.crowded)),
        default=Value(value=False),
        output_field=BooleanField(),
    )
    keys = MatchKey.objects.among(weighed.all).filter(among or Q())
    rows = keys.annotate(is_crowded=is_crowded).order_by("is_crowded", owner).distinct()
    columns = ("kind", "value", "is_crowded", owner, f"{owner}__first_name", f"{owner}__last_name")
    connected: defaultdict[tuple[Key, str], set[int]] = defaultdict(set)
    for kind, value, crowded, pk, *names in rows.values_list(*columns)[:MOST_CONNECTED]:
        name = full_name_key(Identity(*names)) if crowded else ""
        if name or not crowded:
            connected[(kind, value), name].add(pk)
    return [(key, customers) for (key, _), customers in connected.items() if len(customers) > 1]


def evidence_of(one: Customer, other: Customer, shared: Collection[Key]) -> tuple[Evidence, ...]:
    current = set(match_keys(identity_of(one))) & set(match_keys(identity_of(other)))
    return tuple(Evidence(*key, key in current) for key in sorted(without_repeated_digits(shared)))


def without_repeated_digits(keys: Collection[Key]) -> set[Key]:
    # A phone that parses has two keys, of which one is enough to show.
    parsed = any(kind == MatchKind.PHONE for kind, _ in keys)
    return {key for key in keys if not (parsed and key[0] == MatchKind.DIGITS)}
