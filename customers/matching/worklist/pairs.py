"""Tabs of the worklist that are made of pairs: groups that hang together, the strongest first over the whole list.

A page reads the next pairs by their index, and the pairs around them. A group is on the page of its strongest pair.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from customers.lib.pages import PAGE, compared_to
from customers.matching.not_duplicates import not_duplicates_among
from customers.matching.worklist.cohesion import LEAST_CONNECTED, Pair, Ties, group_pairs, nobody_told_apart
from customers.matching.worklist.filters import first_passing
from customers.matching.worklist.groups import Place
from customers.matching.worklist.page import (
    Group,
    GroupMember,
    in_line,
    members_by_number,
    names_of_sources,
)
from customers.matching.worklist.queue import MOST_COUNTED
from customers.models import Customer, EvidencePair, LikelyPair
from customers.models.matching import NO_RANK
from customers.totals.sums import common_currency

PairRow = TypeVar("PairRow", bound=LikelyPair | EvidencePair)
STEPS_AROUND = 2
MOST_AROUND = 500


@dataclass(frozen=True)
class PairGroups(Generic[PairRow]):
    """{group: its strongest pair}, the pairs that connect two groups, and after which place the next page begins."""

    strongest: Mapping[frozenset[int], PairRow]
    bridges: Mapping[Pair, PairRow]
    following: Place | None


@dataclass(frozen=True)
class GroupOfPairs(Group):
    """`strongest` is the pair that is explained."""

    strongest: Pair

    @property
    def compared(self) -> tuple[int, int]:
        return self.strongest

    @property
    def merge_address(self) -> str:
        """With the others selected, who share no email or phone by which the page would find them."""
        others = [("duplicate", member.customer.pk) for member in self.members[1:]]
        return f"{super().merge_address}?{urlencode([('ticked', 1), *others])}"


@dataclass(frozen=True)
class PageOfPairs:
    groups: tuple[GroupOfPairs, ...]
    following: str
    """Where the next page begins; "" when this is the last."""
    is_only: bool
    waiting: str
    """The pairs of all pages, such as “412” or “10,000+”; "" where they are not counted."""

    @property
    def count(self) -> str:
        """The groups, if this is the only page; else the pairs of all."""
        return f"{len(self.groups):,}" if self.is_only else self.waiting

    @property
    def currency(self) -> str:
        return common_currency(group.totals for group in self.groups)


@dataclass(frozen=True)
class DescribedGroup(Generic[PairRow]):
    """`bridges` are (customer inside, customer outside, pair)."""

    pair: PairRow
    members: tuple[GroupMember, ...]
    sources: tuple[str, ...]
    bridges: tuple[tuple[Customer, Customer, PairRow], ...]


def read_groups_of_pairs(
    waiting: QuerySet[PairRow, PairRow],
    after: Place | None,
    conditions: Sequence[Any] = (),
    *,
    elsewhere: Callable[[Collection[int]], Collection[Pair]] | None = None,
    least_connected: float = LEAST_CONNECTED,
    too_weak_alone: int = NO_RANK,
    are_apart: Callable[[Collection[int]], Callable[[Pair], bool]] | None = None,
) -> PairGroups[PairRow]:
    """Of the pairs that wait, those that follow the place and meet the conditions, and what is around them.

    `elsewhere` names those among some customers that another tab has. The others are as in `cohesion.py`, of the ranks
    of pairs; `are_apart` answers for pairs of the customers that it is called with.
    """
    window, following = _next_pairs(in_order(waiting, after), conditions)
    pairs = _around(waiting, window)
    customers = {customer for pair in pairs for customer in pair}
    marked = not_duplicates_among(customers).keys()
    left_out = {*marked, *(elsewhere(customers) if elsewhere else ())}
    rows = {pair: row for pair, row in pairs.items() if pair not in left_out}
    ranks = {pair: row.rank for pair, row in rows.items()}
    told_apart = are_apart(customers) if are_apart else nobody_told_apart
    grouping = group_pairs(Ties(ranks, marked, least_connected, too_weak_alone, told_apart))
    in_window = {row.ends for row in window}
    by_strength = sorted(rows, key=lambda pair: (-rows[pair].rank, -rows[pair].pk))
    strongest = {group: next(pair for pair in by_strength if group >= {*pair}) for group in grouping.groups}
    return PairGroups(
        {group: rows[pair] for group, pair in strongest.items() if pair in in_window},
        {pair: rows[pair] for pair in grouping.bridges},
        (following.rank, following.pk) if following else None,
    )


def in_order(waiting: QuerySet[PairRow, PairRow], after: Place | None = None) -> QuerySet[PairRow, PairRow]:
    rows = waiting.filter(rank__gt=NO_RANK).order_by("-rank", "-pk")
    return rows.filter(compared_to(after, "lt", by="rank"))


def _next_pairs(rows: QuerySet[PairRow, PairRow], conditions: Sequence[Any]) -> tuple[list[PairRow], PairRow | None]:
    """A page of them, and the pair after which the next page begins."""
    if not conditions:
        page = list(rows[: PAGE + 1])
    else:
        page, looked_to = first_passing(rows, conditions, PAGE + 1)
        if looked_to:
            return page, looked_to
    return page[:PAGE], page[PAGE - 1] if len(page) > PAGE else None


def _around(waiting: QuerySet[PairRow, PairRow], window: Collection[PairRow]) -> dict[Pair, PairRow]:
    """The pairs of the window that are still of live customers, and those of the customers around."""
    live = {f"{side}__{state}": None for side in ("first", "second") for state in ("merged_into", "erased_at")}
    pairs: dict[Pair, PairRow] = {}
    customers = {customer for row in window for customer in row.ends}
    for _ in range(STEPS_AROUND):
        around = in_order(waiting.filter(Q(first__in=customers) | Q(second__in=customers), **live))
        pairs |= {row.ends: row for row in around[:MOST_AROUND]}
        customers = {customer for pair in pairs for customer in pair}
    return pairs


def describe_groups_of_pairs(read: PairGroups[PairRow]) -> Iterator[DescribedGroup[PairRow]]:
    within = {pk for group in read.strongest for pk in group}
    bridging = {ends: row for ends, row in read.bridges.items() if within & {*ends}}
    customers = Customer.objects.in_bulk(within | {pk for ends in bridging for pk in ends})
    members, sources = members_by_number({pk: customers[pk] for pk in within})
    for group, pair in read.strongest.items():
        in_group = in_line(members[pk] for pk in group)
        connecting = []
        for ends, row in bridging.items():
            if group & {*ends}:
                inside, outside = sorted(ends, key=lambda pk: pk not in group)
                connecting.append((customers[inside], customers[outside], row))
        yield DescribedGroup(pair, in_group, names_of_sources(in_group, sources), tuple(connecting))


def count_waiting(waiting: QuerySet[PairRow, PairRow], *conditions: Any) -> str:
    """How many meet the conditions; of more than MOST_COUNTED, those of the first, as in “9,300+”."""
    first = waiting.filter(pk__in=in_order(waiting).values("pk")[: MOST_COUNTED + 1])
    counts = first.aggregate(looked_at=Count("pk"), meeting=Count("pk", filter=Q(*conditions)))
    number = min(counts["meeting"], MOST_COUNTED)
    return f"{number:,}+" if counts["looked_at"] > MOST_COUNTED else f"{number:,}"
