"""The worklist of likely duplicates: groups that hang together, the likeliest first over the whole list.

A page reads the next likely pairs by their index, and the pairs around them. A group is on the page of its likeliest
pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.lib.batches import PAGE
from customers.matching.likely.words import FieldWeight, field_weights, how_likely, percent
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.worklist.cohesion import Pair, group_pairs
from customers.matching.worklist.listing import GroupMember
from customers.models import Customer, LikelyPair, LikelyScan
from customers.records import counts
from customers.totals.sums import OrderTotals, common_currency, order_totals

STEPS_AROUND = 2
MOST_AROUND = 500
MOST_FOR, MOST_AGAINST = 4, 2


@dataclass(frozen=True)
class Bridge:
    """A likely pair of one in the group and one outside."""

    inside: Customer
    outside: Customer
    percent: int


@dataclass(frozen=True)
class LikelyGroup:
    members: tuple[GroupMember, ...]
    sources: tuple[str, ...]
    probability: float
    weights: tuple[FieldWeight, ...]
    """Those of its likeliest pair."""
    bridges: tuple[Bridge, ...]

    @property
    def oldest(self) -> Customer:
        return self.members[0].customer

    @property
    def names(self) -> str:
        return ", ".join(member.customer.name_with_number for member in self.members)

    @property
    def numbers(self) -> str:
        return " ".join(str(member.customer.pk) for member in self.members)

    @property
    def totals(self) -> OrderTotals:
        return sum((member.totals for member in self.members), OrderTotals())

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
    following: int
    """Where the next page begins; 0 when this is the last."""
    last_scan: LikelyScan | None

    @property
    def currency(self) -> str:
        return common_currency(group.totals for group in self.groups)


def likely_page(*, before: int = 0) -> LikelyPage:
    """The groups whose likeliest pair comes after the pair of this number."""
    rows = list(_after(before)[: PAGE + 1])
    window = rows[:PAGE]
    following = window[-1].pk if len(rows) > PAGE else 0
    last_scan = LikelyScan.objects.order_by("-pk").first()
    return LikelyPage(tuple(_groups(window)), following, last_scan)


def live_pairs() -> QuerySet[LikelyPair]:
    live = {f"{side}__{state}": None for side in ("first", "second") for state in ("merged_into", "erased_at")}
    return LikelyPair.objects.filter(**live)


def _after(before: int) -> QuerySet[LikelyPair]:
    pairs = live_pairs().order_by("-probability", "pk")
    last = LikelyPair.objects.filter(pk=before).first() if before else None
    if not last:
        return pairs
    later = Q(probability__lt=last.probability) | Q(pk__gt=last.pk)
    return pairs.filter(later, probability__lte=last.probability)


def _groups(window: Collection[LikelyPair]) -> Iterable[LikelyGroup]:
    pairs = _around(window)
    marked = not_duplicates_among({customer for pair in pairs for customer in pair})
    likely = {pair: row for pair, row in pairs.items() if pair not in marked}
    grouping = group_pairs({pair: row.probability for pair, row in likely.items()})
    in_window = {(row.first_id, row.second_id) for row in window}
    by_likelihood = sorted(likely, key=lambda pair: (-likely[pair].probability, likely[pair].pk))
    strongest = {group: next(pair for pair in by_likelihood if group >= {*pair}) for group in grouping.groups}
    shown = {group: likely[pair] for group, pair in strongest.items() if pair in in_window}
    return _described(shown, {pair: likely[pair].probability for pair in grouping.bridges})


def _around(window: Collection[LikelyPair]) -> dict[Pair, LikelyPair]:
    """The pairs of the window, and those of the customers around."""
    pairs = {(row.first_id, row.second_id): row for row in window}
    for _ in range(STEPS_AROUND):
        customers = {customer for pair in pairs for customer in pair}
        around = live_pairs().filter(Q(first__in=customers) | Q(second__in=customers)).order_by("-probability", "pk")
        pairs |= {(row.first_id, row.second_id): row for row in around[:MOST_AROUND]}
    return pairs


def _described(strongest: Mapping[frozenset[int], LikelyPair], bridges: Mapping[Pair, float]) -> Iterable[LikelyGroup]:
    within = {pk for group in strongest for pk in group}
    bridging = [pair for pair in bridges if within & {*pair}]
    customers = Customer.objects.in_bulk(within | {pk for pair in bridging for pk in pair})
    totals, sources = order_totals(within, by="source_record__customer"), counts.sources(within)
    for group, pair in strongest.items():
        members = sorted(
            (GroupMember(customers[pk], totals[pk]) for pk in group), key=lambda m: (m.since, m.customer.pk)
        )
        names = dict.fromkeys(name for member in members for name in sources.get(member.customer.pk, ()))
        connecting = (sorted(ends, key=lambda pk: pk not in group) for ends in bridging if group & {*ends})
        yield LikelyGroup(
            tuple(members),
            tuple(names),
            pair.probability,
            tuple(field_weights(pair.weights)),
            tuple(
                Bridge(customers[one], customers[other], percent(bridges[min(one, other), max(one, other)]))
                for one, other in connecting
            ),
        )


@dataclass(frozen=True)
class LikelyEvidence:
    """How likely a pair is one person, and why."""

    how_likely: str
    percent: int
    weights: list[FieldWeight]


def likely_evidence(one: Customer, other: Customer) -> LikelyEvidence | None:
    """None for a pair that is not likely, or not scored yet."""
    pair = LikelyPair.objects.filter(first=min(one.pk, other.pk), second=max(one.pk, other.pk)).first()
    if not pair:
        return None
    return LikelyEvidence(how_likely(pair.probability), percent(pair.probability), field_weights(pair.weights))
