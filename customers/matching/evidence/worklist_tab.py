"""The worklist of customers who may be one because of evidence other than an email or phone, the surest first.

Likely pairs have a tab of their own, and are left out here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from django.db.models import Exists, OuterRef

from customers.lib.companies import company_key
from customers.matching.evidence.sharers import EvidenceInCommon, in_words, names_of_attributes
from customers.matching.judgement import judge_names
from customers.matching.worklist.cohesion import Pair
from customers.matching.worklist.filters import EVERYTHING, WorklistFilter
from customers.matching.worklist.groups import Place
from customers.matching.worklist.page import Bridge
from customers.matching.worklist.pairs import (
    GroupOfPairs,
    PageOfPairs,
    PairGroups,
    count_waiting,
    describe_groups_of_pairs,
    read_groups_of_pairs,
)
from customers.matching.worklist.queue import written_place
from customers.models import Customer, EvidenceKey, EvidenceKind, EvidencePair, LikelyPair
from customers.models.matching import NO_RANK, Key

LIKELY = LikelyPair.objects.filter(rank__gt=NO_RANK)
MOST_SHOWN = 4
EVERY_TWO = 1.0
"""Values are the same or not, so a group that is connected by two of them is a chain."""


@dataclass(frozen=True)
class EvidenceGroup(GroupOfPairs):
    """`in_common` is what two of them or more have in common, the surest first."""

    in_common: tuple[EvidenceInCommon, ...]
    against: tuple[str, ...]


def evidence_page(after: Place | None = None, *, only: WorklistFilter = EVERYTHING) -> PageOfPairs:
    """The groups whose surest pair follows the place, or the first."""
    pairs = EvidencePair.objects.all()
    # Of a bounded number: PostgreSQL would compare both tables as a whole.
    is_not_likely = ~Exists(LIKELY.filter(first=OuterRef("first"), second=OuterRef("second")))
    conditions = [is_not_likely, *only.of_evidence_pairs()]
    read = read_groups_of_pairs(pairs, after, conditions, elsewhere=_likely_among, least_connected=EVERY_TWO)
    is_only = not (after or read.following)
    return PageOfPairs(
        tuple(_described(read)),
        written_place(read.following),
        is_only,
        "" if is_only or only.is_set else count_waiting(pairs, is_not_likely),
    )


def _likely_among(customers: Collection[int]) -> set[Pair]:
    return set(LIKELY.filter(first__in=customers, second__in=customers).values_list("first", "second"))


def _described(read: PairGroups[EvidencePair]) -> Iterator[EvidenceGroup]:
    groups = list(describe_groups_of_pairs(read))
    keys_of = _keys_of({member.customer.pk for group in groups for member in group.members})
    names = names_of_attributes({*chain(*keys_of.values())})
    for group in groups:
        people = [member.customer for member in group.members]
        in_common = _in_common([keys_of[one.pk] for one in people])
        yield EvidenceGroup(
            group.members,
            group.sources,
            tuple(Bridge(inside, outside) for inside, outside, _ in group.bridges),
            group.pair.ends,
            tuple(_as_written(shared, people) for shared in in_words(in_common, names)[:MOST_SHOWN]),
            judge_names(people)[1],
        )


def _keys_of(customers: Collection[int]) -> Mapping[int, set[Key]]:
    keys_of: defaultdict[int, set[Key]] = defaultdict(set)
    rows = EvidenceKey.objects.filter(source_record__customer__in=customers)
    for customer, kind, value in rows.values_list("source_record__customer", "kind", "value").distinct():
        keys_of[customer].add((kind, value))
    return keys_of


def _in_common(keys: Sequence[Collection[Key]]) -> list[Key]:
    having = Counter(chain(*keys))
    return [key for key, number in having.items() if number > 1]


def _as_written(shared: EvidenceInCommon, people: Collection[Customer]) -> EvidenceInCommon:
    """The name of a company as one of them writes it: its normal form has no spaces."""
    written = {company_key(one.company): one.company for one in people}
    is_company = shared.kind == EvidenceKind.COMPANY
    return replace(shared, value=written.get(shared.value, shared.value)) if is_company else shared
