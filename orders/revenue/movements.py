"""How a customer's monthly recurring revenue (MRR) moved, derived from what was billed and what was cancelled.

All of it is put in order of time and played through; each step of the total is a movement. Its type is the step of the
customer's total: new business the first time that it rises from nothing, reactivation any later time, churn when it
falls to nothing, else expansion or contraction. One of the latter two that is as close to one of the former as a
setting says takes its type. Currencies are never converted: each is a series of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orders.revenue.mrr import Worth
from orders.revenue.types import Billed, Change, Origin, Subscription, sort_changes


class MovementType(StrEnum):
    NEW_BIZ = "new_biz"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"

    @property
    def label(self) -> str:
        return "New business" if self == MovementType.NEW_BIZ else self.value.capitalize()


STARTS = (MovementType.NEW_BIZ, MovementType.REACTIVATION)
TURNS = (*STARTS, MovementType.CHURN)

Position = tuple[datetime, Origin, int]
"""Where a movement stands among those of everybody: its time, the row that it is read from, its number of that."""


@dataclass(frozen=True)
class Movement:
    """By how much the total of a currency moved, and what it is after that, in minor units.

    A line in another currency than the one before moves two totals: `number` tells these apart.
    """

    at: datetime
    type: MovementType
    amount: int
    total: int
    currency: str
    change: Change
    number: int = 0

    @property
    def place(self) -> Position:
        return self.at, self.change.origin, self.number


@dataclass(frozen=True)
class Series:
    """The movements in order, and what each subscription, by its group, is worth after them."""

    movements: Sequence[Movement]
    worth: Mapping[str, Worth]

    def totals(self) -> dict[str, int]:
        """What the customer is worth a month, by currency; without those in which it is nothing."""
        found: defaultdict[str, int] = defaultdict(int)
        for each in self.worth.values():
            for currency, amount in each.by_currency().items():
                found[currency] += amount
        return {currency: amount for currency, amount in found.items() if amount}


def derive_movements(changes: Iterable[Change], *, window: timedelta) -> Series:
    """The series of one customer; what is within `window` of a beginning or an end takes its type."""
    ordered = sort_changes(changes)
    worth = _nothing_yet(ordered)
    movements = list(_movements(ordered, worth))
    return Series(list(_reclassified(movements, window)) if window else movements, worth)


def _nothing_yet(changes: Iterable[Change]) -> dict[str, Worth]:
    last: dict[str, Subscription] = {}
    for change in changes:
        one = change.subscription
        if isinstance(change, Billed) and (one.group not in last or one.rank > last[one.group].rank):
            last[one.group] = one
    return {group: Worth(one) for group, one in last.items()}


def _movements(changes: Iterable[Change], worth: Mapping[str, Worth]) -> Iterator[Movement]:
    totals: defaultdict[str, int] = defaultdict(int)
    have_paid: set[str] = set()
    for change in changes:
        for number, (currency, step) in enumerate(_steps(change, worth)):
            before, after = totals[currency], totals[currency] + step
            kind = _type(before, after, had_paid=currency in have_paid)
            totals[currency] = after
            if after > 0:
                have_paid.add(currency)
            yield Movement(change.at, kind, step, after, currency, change, number)


def _steps(change: Change, worth: Mapping[str, Worth]) -> list[tuple[str, int]]:
    """By how much what is worth something in each currency changes."""
    one = worth.get(change.subscription.group)
    if one is None:
        return []
    before = one.by_currency()
    one.take(change)
    after = one.by_currency()
    steps = ((each, after.get(each, 0) - before.get(each, 0)) for each in sorted(before.keys() | after.keys()))
    return [(currency, step) for currency, step in steps if step]


def _type(before: int, after: int, *, had_paid: bool) -> MovementType:
    if after > before:
        if before > 0 or after <= 0:
            return MovementType.EXPANSION
        return MovementType.REACTIVATION if had_paid else MovementType.NEW_BIZ
    return MovementType.CHURN if before > 0 >= after else MovementType.CONTRACTION


def _reclassified(movements: Sequence[Movement], window: timedelta) -> Iterator[Movement]:
    turns: defaultdict[str, list[Movement]] = defaultdict(list)
    for each in movements:
        if each.type in TURNS:
            turns[each.currency].append(each)
    for each in movements:
        yield each if each.type in TURNS else replace(each, type=_type_near(each, turns[each.currency], window))


def _type_near(movement: Movement, turns: Iterable[Movement], window: timedelta) -> MovementType:
    """That of the beginning before it or of the end after it, if one is close; else its own."""
    now = timedelta()
    before = [each.type for each in turns if each.type in STARTS and now <= movement.at - each.at <= window]
    after = [each.type for each in turns if each.type not in STARTS and now <= each.at - movement.at <= window]
    return next(iter([*before[-1:], *after[:1]]), movement.type)
