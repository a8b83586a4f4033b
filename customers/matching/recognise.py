"""Recognising an incoming person: the best of the live customers with the same email or phone and a name of theirs.

Both names go before one, then email and phone before either, then the oldest customer. What staff decided counts:
values that are ignored or excluded, and customers who were marked as not duplicates of each other, as a split does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.lib.identity import Identity, match_keys
from customers.lib.names import name_words
from customers.matching.digit_matches import recognised_by
from customers.matching.duplicates import MOST_HOLDERS
from customers.matching.judgement import BOTH_NAMES, agreeing_names, full_name_key, real_full_name
from customers.matching.keys import WeighedKeys, weigh_keys
from customers.matching.name_similarity import name_similarity
from customers.matching.not_duplicates import not_duplicates_of
from customers.models import Customer, MatchKey, MatchKind, NotDuplicate, SearchWord, SourceRecord
from customers.models.matching import Key, KeyQuerySet

OWNER = "source_record__customer"


@dataclass(frozen=True)
class Match:
    """A live customer who matches: how many names agree, and how many of email and phone.

    `sharing` are those of its `records` that have a value of the person.
    """

    customer: Any
    records: Sequence[Any]
    sharing: Sequence[Any]
    names: int
    values: int

    @property
    def is_marked(self) -> bool:
        return any(record.is_marked for record in self.records)

    def record_for(self, identity: Identity) -> SourceRecord:
        """The record by which the customer is recognised: the oldest of those whose names agree best."""
        record: SourceRecord = max(self.sharing, key=lambda record: agreeing_names(identity, record))
        return record

    def nearness(self, identity: Identity, source: int) -> tuple[int, int, bool, int]:
        """How well the profile and its records fit, to tell apart customers who were marked as not duplicates."""
        return (
            agreeing_names(identity, self.customer),
            self.values,
            self.record_for(identity).data_source_id == source,
            name_similarity(real_full_name(identity), real_full_name(self.customer)) or 0,
        )


def recognise(identity: Identity, *, source: int) -> SourceRecord | None:
    """The record that matches `identity`, which the data source `source` sent, of the best matching customer."""
    match = best_match(identity, _matches(identity, weigh_keys(set(match_keys(identity)))), source=source)
    return match.record_for(identity) if match else None


def best_match(identity: Identity, matches: Sequence[Match], *, source: int) -> Match | None:
    """The best of `matches`, of which the oldest customer comes first."""
    apart = not_duplicates_of([m.customer.pk for m in matches if m.is_marked])
    matches = [match for match in matches if not _is_another(match, identity, apart.get(match.customer.pk, ()))]
    if not matches:
        return None
    # `max` takes the first of equals.
    best = max(matches, key=attrgetter("names", "values"))
    marked = apart.get(best.customer.pk, ())
    rivals = [m for m in matches if m is best or (m.customer.pk in marked and m.names == best.names)]
    return max(rivals, key=lambda match: match.nearness(identity, source))


def having_keys(identity: Identity, weighed: WeighedKeys) -> KeyQuerySet[MatchKey]:
    """The match keys of all whom `identity` is recognised as; of crowded keys, only theirs who have both names too."""
    counting = recognised_by(weighed.counting, own=weighed.own)
    if not (weighed.crowded and full_name_key(identity)):
        return counting
    named: QuerySet[SourceRecord] = SourceRecord.objects.all()
    for word in name_words(real_full_name(identity)):
        named = named.filter(
            Exists(SearchWord.objects.filter(customer=OuterRef("customer"), source_record=OuterRef("pk"), word=word))
        )
    crowded = recognised_by(weighed.crowded, own=weighed.own)
    return counting | crowded.filter(source_record__customer__in=named.values("customer"))


def _matches(identity: Identity, weighed: WeighedKeys) -> list[Match]:
    """The oldest customer first."""
    holding = having_keys(identity, weighed)
    owners = holding.order_by(OWNER).values(OWNER).distinct()
    records = SourceRecord.objects.filter(customer__in=owners[:MOST_HOLDERS], customer__erased_at=None)
    # One statement sees all customers at one moment: before a merge or edit or after it, never in between.
    rows = (
        records.select_related("customer")
        .annotate(
            has_email=_has(weighed, weighed.all, MatchKind.EMAIL),
            has_phone=_has(weighed, weighed.all, MatchKind.PHONE, MatchKind.DIGITS),
            is_counted=_has(weighed, weighed.counting, *MatchKind),
            is_marked=Exists(_marks()),
        )
        .order_by("customer__created", "customer", "pk")
    )
    matches = (
        match_of(identity, customer, list(group)) for customer, group in groupby(rows, key=attrgetter("customer"))
    )
    return [match for match in matches if match]


def _has(weighed: WeighedKeys, keys: Iterable[Key], *kinds: str) -> Exists:
    of_kind = [key for key in keys if key[0] in kinds]
    return Exists(recognised_by(of_kind, own=weighed.own).filter(source_record=OuterRef("pk")))


def _marks() -> QuerySet[NotDuplicate]:
    sides = ("origin", "customer")
    return NotDuplicate.objects.filter(
        Q(*((side, OuterRef(of)) for side in ("first", "second") for of in sides), _connector=Q.OR)
    )


def match_of(identity: Identity, customer: Any, records: Sequence[Any]) -> Match | None:
    """`records` are all of the customer, and say what values of the person they have; None if nothing agrees."""
    names = max(agreeing_names(identity, known) for known in (customer, *records))
    sharing = [r for r in records if (r.has_email or r.has_phone) and (r.is_counted or names == BOTH_NAMES)]
    if not (names and sharing):
        return None
    values = any(r.has_email for r in sharing) + any(r.has_phone for r in sharing)
    return Match(customer, records, sharing, names, values)


def _is_another(match: Match, identity: Identity, marked: Collection[int]) -> bool:
    """Whether one name agrees, and both names of somebody who was `marked` as not a duplicate of the customer."""
    if match.names == BOTH_NAMES or not marked:
        return False
    profiles = Customer.objects.filter(pk__in=marked)
    records = SourceRecord.objects.filter(customer__in=marked)
    return any(agreeing_names(identity, known) == BOTH_NAMES for known in (*profiles, *records))
