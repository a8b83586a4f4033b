"""The movements of a customer's monthly recurring revenue (MRR), derived from billed lines and cancellations.

The changes are applied in order of time, and each step of the customer's total is a movement:

- new business: the total rises from zero for the first time; reactivation: any later time;
- churn: it falls to zero; expansion and contraction: any other step.

An expansion or contraction within MRR_RECLASSIFIED_WITHIN minutes after a start, or before a churn, gets the type of
that start or churn. Currencies are never converted: each has a series of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orders.revenue.mrr import SubscriptionMrr
from orders.revenue.types import Billed, Change, Position, RevenueStep, Subscription, place_of, sort_changes


class MovementType(StrEnum):
    NEW_BIZ = "new_biz"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"

    @property
    def label(self) -> str:
        return "New business" if self == MovementType.NEW_BIZ else self.value.capitalize()


# STARTS and churn begin and end the revenue of a customer. They keep their type next to any other movement.
STARTS = (MovementType.NEW_BIZ, MovementType.REACTIVATION)
TURNS = (*STARTS, MovementType.CHURN)


@dataclass(frozen=True)
class Movement:
    """A step of the customer's MRR of a currency, to `total`; in minor units."""

    step: RevenueStep
    type: MovementType
    total: int

    @property
    def at(self) -> datetime:
        return self.step.at

    @property
    def amount(self) -> int:
        return self.step.amount

    @property
    def currency(self) -> str:
        return self.step.currency

    @property
    def position(self) -> Position:
        return self.step.position


@dataclass(frozen=True)
class MovementSeries:
    """The movements of a customer in order, and the state of each subscription after them, by group."""

    movements: Sequence[Movement]
    subscriptions: Mapping[str, SubscriptionMrr]

    def totals(self) -> dict[str, int]:
        """The customer's MRR by currency, in minor units; without currencies that come to zero."""
        sums: defaultdict[str, int] = defaultdict(int)
        for subscription in self.subscriptions.values():
            for currency, amount in subscription.by_currency().items():
                sums[currency] += amount
        return {currency: amount for currency, amount in sums.items() if amount}


def derive_movements(changes: Iterable[Change], *, window: timedelta) -> MovementSeries:
    """The movements of one customer; a start or churn takes along movements within `window`."""
    ordered = sort_changes(changes)
    subscriptions = _subscriptions(ordered)
    return MovementSeries(movements_of(_steps(ordered, subscriptions), window=window), subscriptions)


def derive_steps(changes: Iterable[Change]) -> list[RevenueStep]:
    """The steps of one customer in order, or of some purchases that nothing connects with others."""
    ordered = sort_changes(changes)
    return list(_steps(ordered, _subscriptions(ordered)))


def movements_of(
    steps: Iterable[RevenueStep],
    *,
    window: timedelta,
    opening: Mapping[str, int] | None = None,
    paid: Collection[str] = (),
) -> list[Movement]:
    """The movements of one customer by `steps` in order. Before them the MRR was `opening`, and not always zero in the
    currencies `paid`."""
    movements = list(_movements(steps, defaultdict(int, opening or {}), {*paid}))
    return list(_reclassified(movements, window)) if window else movements


def _subscriptions(changes: Iterable[Change]) -> dict[str, SubscriptionMrr]:
    last: dict[str, Subscription] = {}
    for change in changes:
        member = change.subscription
        is_charge = isinstance(change, Billed) and change.amount >= 0
        if is_charge and (member.group not in last or member.rank > last[member.group].rank):
            last[member.group] = member
    return {group: SubscriptionMrr(member) for group, member in last.items()}


def _steps(changes: Iterable[Change], subscriptions: Mapping[str, SubscriptionMrr]) -> Iterator[RevenueStep]:
    for change in changes:
        place, purchase = place_of(change), change.subscription.pk
        for number, (currency, amount) in enumerate(_amounts(change, subscriptions)):
            yield RevenueStep(change.at, place, change.origin, number, purchase, currency, amount)


def _amounts(change: Change, subscriptions: Mapping[str, SubscriptionMrr]) -> list[tuple[str, int]]:
    """Apply `change`; return (currency, change of the MRR in it)."""
    subscription = subscriptions.get(change.subscription.group)
    if subscription is None:
        return []
    before = subscription.by_currency()
    subscription.apply(change)
    after = subscription.by_currency()
    currencies = sorted(before.keys() | after.keys())
    amounts = ((currency, after.get(currency, 0) - before.get(currency, 0)) for currency in currencies)
    return [(currency, amount) for currency, amount in amounts if amount]


def _movements(steps: Iterable[RevenueStep], totals: defaultdict[str, int], paid: set[str]) -> Iterator[Movement]:
    for step in steps:
        before, after = totals[step.currency], totals[step.currency] + step.amount
        movement_type = _type(before, after, has_paid_before=step.currency in paid)
        totals[step.currency] = after
        if after > 0:
            paid.add(step.currency)
        yield Movement(step, movement_type, after)


def _type(before: int, after: int, *, has_paid_before: bool) -> MovementType:
    if after > before:
        if before > 0 or after <= 0:
            return MovementType.EXPANSION
        return MovementType.REACTIVATION if has_paid_before else MovementType.NEW_BIZ
    return MovementType.CHURN if before > 0 >= after else MovementType.CONTRACTION


def _reclassified(movements: Sequence[Movement], window: timedelta) -> Iterator[Movement]:
    turns: defaultdict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.type in TURNS:
            turns[movement.currency].append(movement)
    for movement in movements:
        if movement.type in TURNS:
            yield movement
        else:
            yield replace(movement, type=_type_near(movement, turns[movement.currency], window))


def _type_near(movement: Movement, turns: Iterable[Movement], window: timedelta) -> MovementType:
    """The type of the start before the movement, else of the churn before it, else its own."""
    starts = [turn.type for turn in turns if turn.type in STARTS and _is_soon_after(turn, movement, window)]
    churns = [turn.type for turn in turns if turn.type not in STARTS and _is_soon_after(movement, turn, window)]
    return next(iter([*starts[-1:], *churns[:1]]), movement.type)


def _is_soon_after(earlier: Movement, later: Movement, window: timedelta) -> bool:
    return timedelta() <= later.at - earlier.at <= window
