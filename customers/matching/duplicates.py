"""What a duplicate is: another live customer of whom some source record shares a match key.

Placeholders and values that staff ignore do not count. A pair that somebody said is not the same person is still
found, with who said so: it leaves suggestions and counts, not the merge page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from customers.lib.identity import match_keys, readable_phone, unaccented
from customers.models import Customer, IgnoredValue, MatchKey, MatchKind, NotDuplicate
from customers.models.matching import Key
from customers.records.ownership import merged_into_any
from customers.records.staff_record import identity_of

if TYPE_CHECKING:
    from crm.accounts.models import User

# Made up to get past a form; nobody is recognised by them. More can be named in IgnoredValue.
PLACEHOLDERS = frozenset(
    f"{name}@{domain}"
    for name in ("none", "noemail", "no", "na", "test", "unknown")
    for domain in ("none.com", "noemail.com", "test.com", "example.com", "email.com", "na.com")
)
# A value that more people share than this is a mailbox or a switchboard; more are not read.
MOST_HITS = 2_000
MOST_CANDIDATES = 100

Hits = dict[int, set[Key]]


@dataclass(frozen=True)
class Reason:
    """One value two customers share; `current` when it stands in both profiles."""

    kind: str
    value: str
    current: bool

    def __str__(self) -> str:
        return f"{'same' if self.current else 'former'} {MatchKind(self.kind).label}"

    @property
    def written(self) -> str:
        return readable_phone(self.value) if self.kind == MatchKind.PHONE else self.value


@dataclass(frozen=True)
class Candidate:
    """A customer who may be the same person, why, and who said otherwise."""

    customer: Customer
    reasons: tuple[Reason, ...]
    against: tuple[str, ...]
    name_agrees: bool
    dismissal: NotDuplicate | None

    @property
    def is_sure(self) -> bool:
        """Sure enough to be ticked beforehand: e-mail and phone agree, or the e-mail and a name."""
        kinds = {reason.kind for reason in self.reasons}
        return not self.dismissal and MatchKind.EMAIL in kinds and (len(kinds) > 1 or self.name_agrees)


def duplicates_of(customer: Customer) -> list[Candidate]:
    """Every other live customer that shares a match key, surest first, dismissed last."""
    hits = matches_of([customer.pk]).get(customer.pk, {})
    found = Customer.objects.live().filter(pk__in=list(hits)[:MOST_CANDIDATES])
    dismissed = dismissals([customer.pk, *hits])
    candidates = [
        _candidate(customer, other, hits[other.pk], dismissed.get(pair(customer.pk, other.pk))) for other in found
    ]
    return sorted(candidates, key=lambda c: (c.dismissal is not None, not c.is_sure, -len(c.reasons), c.customer.pk))


def match_evidence(one: Customer, other: Customer) -> Candidate:
    """Why `other` matches `one`, or what speaks against it."""
    return compare_values(one, [other])[0]


def compare_values(one: Customer, others: Sequence[Customer]) -> list[Candidate]:
    """The same for several at once."""
    hits = matches_of([one.pk]).get(one.pk, {})
    dismissed = dismissals([one.pk, *(other.pk for other in others)])
    return [
        _candidate(one, other, hits.get(other.pk, set()), dismissed.get(pair(one.pk, other.pk))) for other in others
    ]


def _candidate(one: Customer, other: Customer, shared: Collection[Key], dismissal: NotDuplicate | None) -> Candidate:
    first = names_agree(one.first_name, other.first_name)
    last = names_agree(one.last_name, other.last_name)
    against = (
        () if shared else ("no e-mail or phone in common",),
        () if first is not False else ("different first names",),
        () if last is not False else ("different last names",),
    )
    return Candidate(other, reasons(one, other, shared), sum(against, ()), bool(first or last), dismissal)


def names_agree(one: str, other: str) -> bool | None:
    """Whether two names can be one person's, an initial standing for a name; None when one of them is blank."""
    a, b = (unaccented(name).replace(".", "").split() for name in (one, other))
    if not (a and b):
        return None
    return a == b or (1 in (len(a[0]), len(b[0])) and a[0][0] == b[0][0])


def duplicate_counts(customers: Collection[int]) -> dict[int, int]:
    """{customer: number of possible duplicates} of those that have any, dismissed ones left out."""
    matches = matches_of(customers)
    dismissed = dismissals({*customers, *(other for hits in matches.values() for other in hits)})
    counts = {pk: sum(pair(pk, other) not in dismissed for other in hits) for pk, hits in matches.items()}
    return {pk: count for pk, count in counts.items() if count}


def matches_of(customers: Collection[int]) -> dict[int, Hits]:
    """{customer: {other live customer: the keys they share}}."""
    sharers: defaultdict[Key, set[int]] = defaultdict(set)
    mine = MatchKey.objects.filter(source_record__customer__in=customers)
    for pk, kind, value in mine.values_list("source_record__customer", "kind", "value"):
        sharers[kind, value].add(pk)
    for key in ignored_values(sharers):
        del sharers[key]
    matches: defaultdict[int, Hits] = defaultdict(lambda: defaultdict(set))
    for other, kind, value in holders(sharers):
        for pk in sharers[kind, value] - {other}:
            matches[pk][other].add((kind, value))
    return {pk: dict(hits) for pk, hits in matches.items()}


def holders(keys: Iterable[Key]) -> Iterable[tuple[int, str, str]]:
    """(customer, kind, value) of every live customer's record with one of the keys."""
    found = MatchKey.objects.among(keys).order_by("source_record__customer")
    return found.values_list("source_record__customer", "kind", "value").distinct()[:MOST_HITS]


def is_placeholder(kind: str, value: str) -> bool:
    """`value` is normal: an e-mail, an E.164 number or digits. A phone of one digit repeated is nobody's."""
    return value in PLACEHOLDERS if kind == MatchKind.EMAIL else len(set(value.lstrip("+")[-7:])) == 1


def ignored_values(keys: Collection[Key]) -> set[Key]:
    """Those of `keys` by which nobody is recognised."""
    told = IgnoredValue.objects.filter(value__in={value for _, value in keys}).values_list("kind", "value")
    return {key for key in keys if is_placeholder(*key)} | (set(told) & set(keys))


def reasons(one: Customer, other: Customer, shared: Collection[Key]) -> tuple[Reason, ...]:
    """A reason a value."""
    current = set(match_keys(identity_of(one))) & set(match_keys(identity_of(other)))
    return tuple(Reason(*key, key in current) for key in sorted(named_once(shared)))


def named_once(keys: Collection[Key]) -> set[Key]:
    """The keys by which to name what is shared: a number that parses is not named again by its digits."""
    parsed = any(kind == MatchKind.PHONE for kind, _ in keys)
    return {key for key in keys if not (parsed and key[0] == MatchKind.DIGITS)}


def pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def dismissals(customers: Collection[int]) -> Mapping[tuple[int, int], NotDuplicate]:
    """{pair of the live customers: who said that they are two people}, said of them or of one merged into them."""
    head_of = merged_into_any(customers)
    said = NotDuplicate.objects.filter(first__in=head_of, second__in=head_of).select_related("by")
    return {
        pair(head_of[no.first_id], head_of[no.second_id]): no
        for no in said
        if head_of[no.first_id] != head_of[no.second_id]
    }


def mark_not_duplicate(*customers: Customer, by: User | None, reason: str = "") -> None:
    """Say that no two of the customers are the same person; where that was said before, it stays as it was said."""
    pairs = combinations(sorted(customer.pk for customer in customers), 2)
    said = [NotDuplicate(first_id=first, second_id=second, by=by, reason=reason) for first, second in pairs]
    NotDuplicate.objects.bulk_create(said, ignore_conflicts=True)


def unmark_not_duplicate(*customers: Customer) -> int:
    """Forget that somebody said so, of two of them or of whoever was merged into them; count what was said."""
    head_of = merged_into_any([customer.pk for customer in customers])
    said = NotDuplicate.objects.filter(first__in=head_of, second__in=head_of)
    apart = [no.pk for no in said if head_of[no.first_id] != head_of[no.second_id]]
    return NotDuplicate.objects.filter(pk__in=apart).delete()[0]
