"""The worklist of likely duplicates: groups that hang together, the likeliest first over the whole list.

A page reads the next likely pairs by their index, and the pairs around them. A group is on the page of its likeliest
pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from customers.lib.batches import PAGE
from customers.lib.numbers import capped_count
from customers.matching.likely.answers import Band, band_of
from customers.matching.likely.doubts import SHOWN
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.one_pair import score_pair
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scoring import ScoredPair
from customers.matching.likely.words import FieldWeight, field_weights, how_likely, percent
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.worklist.cohesion import Pair, group_pairs
from customers.matching.worklist.filters import EVERYTHING, WorklistFilter, first_passing
from customers.matching.worklist.groups import Place
from customers.matching.worklist.listing import Bridge, Group, in_line, members_by_number, names_of_sources
from customers.matching.worklist.queue import MOST_COUNTED, written_place
from customers.models import Customer, LikelyPair, LikelyScan
from customers.models.matching import NO_RANK
from customers.totals.sums import common_currency

STEPS_AROUND = 2
MOST_AROUND = 500
MOST_FOR, MOST_AGAINST = 4, 2


@dataclass(frozen=True)
class LikelyGroup(Group):
    probability: float
    weights: tuple[FieldWeight, ...]
    """Those of its likeliest pair, as its probability is."""
    likeliest: Pair

    @property
    def compared(self) -> tuple[int, int]:
        return self.likeliest

    @property
    def merge_address(self) -> str:
        """With the others selected, who share no email or phone by which the page would find them."""
        others = [("duplicate", member.customer.pk) for member in self.members[1:]]
        return f"{super().merge_address}?{urlencode([('ticked', 1), *others])}"

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
class LikelyPage:
    groups: tuple[LikelyGroup, ...]
    following: str
    """Where the next page begins; "" when this is the last."""
    is_only: bool
    waiting: int
    last_scan: LikelyScan | None

    @property
    def count(self) -> str:
        """The pairs of all pages, such as “412” or “10,000+”; the groups, if this is the only page."""
        return f"{len(self.groups):,}" if self.is_only else capped_count(self.waiting, MOST_COUNTED)

    @property
    def currency(self) -> str:
        return common_currency(group.totals for group in self.groups)


def likely_page(after: Place | None = None, *, only: WorklistFilter = EVERYTHING) -> LikelyPage:
    """The groups whose likeliest pair follows the place, or the first."""
    window, following = _next_pairs(after, only)
    is_only = not (after or following)
    waiting = 0 if is_only or only.is_set else _in_order()[: MOST_COUNTED + 1].count()
    last_scan = LikelyScan.objects.order_by("-pk").first()
    return LikelyPage(
        tuple(_groups(window)),
        written_place((following.rank, following.pk) if following else None),
        is_only,
        waiting,
        last_scan,
    )


def _next_pairs(after: Place | None, only: WorklistFilter) -> tuple[list[LikelyPair], LikelyPair | None]:
    """A page of them, and the pair after which the next page begins."""
    if not only.is_set:
        rows = list(_in_order(after)[: PAGE + 1])
    else:
        rows, looked_to = first_passing(_in_order(after), only.of_pairs(), PAGE + 1)
        if looked_to:
            return rows, looked_to
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None


def _in_order(after: Place | None = None) -> QuerySet[LikelyPair]:
    waiting = LikelyPair.objects.filter(rank__gt=NO_RANK).order_by("-rank", "-pk")
    if not after:
        return waiting
    rank, number = after
    return waiting.filter(Q(rank__lt=rank) | Q(pk__lt=number), rank__lte=rank)


def live_pairs() -> QuerySet[LikelyPair]:
    live = {f"{side}__{state}": None for side in ("first", "second") for state in ("merged_into", "erased_at")}
    return LikelyPair.objects.filter(**live)


def _groups(window: Collection[LikelyPair]) -> Iterable[LikelyGroup]:
    pairs = _around(window)
    marked = not_duplicates_among({customer for pair in pairs for customer in pair})
    likely = {pair: row for pair, row in pairs.items() if pair not in marked}
    grouping = group_pairs({pair: row.probability for pair, row in likely.items()})
    in_window = {row.ends for row in window}
    by_likelihood = sorted(likely, key=lambda pair: (-likely[pair].probability, -likely[pair].pk))
    strongest = {group: next(pair for pair in by_likelihood if group >= {*pair}) for group in grouping.groups}
    shown = {group: likely[pair] for group, pair in strongest.items() if pair in in_window}
    return _described(shown, {pair: likely[pair].probability for pair in grouping.bridges})


def _around(window: Collection[LikelyPair]) -> dict[Pair, LikelyPair]:
    """The pairs of the window that are still of live customers, and those of the customers around."""
    pairs: dict[Pair, LikelyPair] = {}
    customers = {customer for row in window for customer in row.ends}
    for _ in range(STEPS_AROUND):
        around = live_pairs().filter(Q(first__in=customers) | Q(second__in=customers)).order_by("-probability", "-pk")
        pairs |= {row.ends: row for row in around[:MOST_AROUND]}
        customers = {customer for pair in pairs for customer in pair}
    return pairs


def _described(strongest: Mapping[frozenset[int], LikelyPair], bridges: Mapping[Pair, float]) -> Iterable[LikelyGroup]:
    within = {pk for group in strongest for pk in group}
    bridging = [pair for pair in bridges if within & {*pair}]
    customers = Customer.objects.in_bulk(within | {pk for pair in bridging for pk in pair})
    members, sources = members_by_number({pk: customers[pk] for pk in within})
    for group, pair in strongest.items():
        in_group = in_line(members[pk] for pk in group)
        connecting = [(pair, sorted(pair, key=lambda pk: pk not in group)) for pair in bridging if group & {*pair}]
        yield LikelyGroup(
            in_group,
            names_of_sources(in_group, sources),
            tuple(
                Bridge(customers[inside], customers[outside], percent(bridges[pair]))
                for pair, (inside, outside) in connecting
            ),
            pair.probability,
            tuple(field_weights(pair.weights)),
            pair.ends,
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
        customers = LikelyScan.objects.order_by("-pk").values_list("customers", flat=True).first() or 0
        scored = score_pair(compared[one.pk], compared[other.pk], model_in_use(), customers=customers)
    probability = scored.probability
    return LikelyEvidence(probability, field_weights(scored.weights), bool(pair), band_of(probability))
