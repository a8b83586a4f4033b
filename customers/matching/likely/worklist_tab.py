"""The worklist of likely duplicates, and how likely any two customers are one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customers.matching.likely.answers import Band, band_of
from customers.matching.likely.doubts import PERHAPS_TWO, SHOWN
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.one_pair import score_pair
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scoring import ScoredPair
from customers.matching.likely.told_apart import LiveToldApart, last_scanned
from customers.matching.likely.words import FieldWeight, field_weights, how_likely, percent
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
from customers.models import Customer, LikelyPair, LikelyScan
from customers.models.matching import rank_of_probability

MOST_FOR, MOST_AGAINST = 4, 2
WEAK = rank_of_probability(PERHAPS_TWO)


@dataclass(frozen=True)
class LikelyGroup(GroupOfPairs):
    """With the probability and the weights of its likeliest pair."""

    probability: float
    weights: tuple[FieldWeight, ...]

    @property
    def how_likely(self) -> str:
        return how_likely(self.probability)

    @property
    def percent(self) -> int:
        return percent(self.probability)

    @property
    def evidence(self) -> list[FieldWeight]:
        return [weight for weight in self.weights if not weight.is_against][:MOST_FOR]

    @property
    def against(self) -> list[FieldWeight]:
        return [weight for weight in reversed(self.weights) if weight.is_against][:MOST_AGAINST]


@dataclass(frozen=True)
class LikelyPage(PageOfPairs):
    last_scan: LikelyScan | None


def likely_page(after: Place | None = None, *, only: WorklistFilter = EVERYTHING) -> LikelyPage:
    """The groups whose likeliest pair follows the place, or the first."""
    pairs = LikelyPair.objects.all()
    conditions = only.of_likely_pairs() if only.is_set else ()
    read = read_groups_of_pairs(pairs, after, conditions, too_weak_alone=WEAK, are_apart=LiveToldApart)
    is_only = not (after or read.following)
    return LikelyPage(
        tuple(_described(read)),
        written_place(read.following),
        is_only,
        "" if is_only or only.is_set else count_waiting(pairs),
        LikelyScan.objects.order_by("-pk").first(),
    )


def _described(read: PairGroups[LikelyPair]) -> Iterator[LikelyGroup]:
    for group in describe_groups_of_pairs(read):
        yield LikelyGroup(
            group.members,
            group.sources,
            tuple(Bridge(inside, outside, percent(pair.probability)) for inside, outside, pair in group.bridges),
            group.pair.ends,
            group.pair.probability,
            tuple(field_weights(group.pair.weights)),
        )


@dataclass(frozen=True)
class LikelyEvidence:
    """How likely a pair is one person, and why. `is_scanned` if a scan found it: it knows how rare the values are."""

    probability: float
    weights: list[FieldWeight]
    is_scanned: bool
    decided: Band | None

    @property
    def is_likely(self) -> bool:
        """Whether the worklist has it."""
        return self.is_scanned and self.probability >= SHOWN

    @property
    def how_likely(self) -> str:
        return how_likely(self.probability)

    @property
    def percent(self) -> int:
        return percent(self.probability)


def likely_evidence(one: Customer, other: Customer) -> LikelyEvidence:
    """Of any two live customers."""
    pair = LikelyPair.objects.filter(first=min(one.pk, other.pk), second=max(one.pk, other.pk)).first()
    scored: LikelyPair | ScoredPair | None = pair
    if not scored:
        compared = {row.id: row for row in compared_customers({one.pk, other.pk})}
        scored = score_pair(compared[one.pk], compared[other.pk], model_in_use(), customers=last_scanned())
    probability = scored.probability
    return LikelyEvidence(probability, field_weights(scored.weights), bool(pair), band_of(probability))
