"""Changes of recurring revenue as plain values: a billed line, or a cancellation; and the steps they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from orders.models.mrr_step import LAST_PLACE
from orders.revenue.monthly_rate import Interval


class OriginKind(IntEnum):
    LINE = 1
    PURCHASE = 2
    CANCELLATION = 3


class Origin(NamedTuple):
    """The row that a change is read from."""

    kind: OriginKind
    pk: int


@dataclass(frozen=True)
class Subscription:
    """Subscriptions with the same `connection` are one, which moves from one to the next in the order of `since`.

    Of one that is `in_set` each plan is billed by lines of its own, and they add up.
    """

    pk: int
    since: datetime
    connection: str = ""
    in_set: bool = False

    @property
    def group(self) -> str:
        return self.connection or str(self.pk)

    @property
    def rank(self) -> tuple[datetime, int]:
        return self.since, self.pk


@dataclass(frozen=True)
class Billed:
    """A line that bills a subscription from `at` until `until`: `amount` in minor units, after discount, without tax.

    `proration` says how a line for a part of a period changes the MRR; it is "" for a whole period.
    """

    at: datetime
    until: datetime
    subscription: Subscription
    plan: int
    currency: str
    amount: int
    interval: Interval
    origin: Origin
    proration: str = ""
    order: int | None = None


@dataclass(frozen=True)
class Cancelled:
    at: datetime
    subscription: Subscription
    origin: Origin


Change = Billed | Cancelled

Position = tuple[datetime, Origin, int]
"""Sorts the movements of all customers: time, row from which the movement is read, number within that row."""


@dataclass(frozen=True)
class RevenueStep:
    """A change of `amount` in the MRR of a purchase, or of those connected with it, in one currency; in minor units.

    A line in another currency than the line before makes two steps: `number` tells them apart. `place` sorts the steps
    of one time.
    """

    at: datetime
    place: int
    origin: Origin
    number: int
    purchase: int
    currency: str
    amount: int

    @property
    def order(self) -> tuple[datetime, int, Origin, int]:
        """Sorts the steps of one customer as they happened."""
        return self.at, self.place, self.origin, self.number

    @property
    def position(self) -> Position:
        return self.at, self.origin, self.number


def place_of(change: Change) -> int:
    """Lines of one time are in the order that was sent with them, else in that of writing."""
    # Cancellations last, so that a customer who switches subscriptions at midnight has not churned.
    return change.order or 0 if isinstance(change, Billed) else LAST_PLACE


def sort_changes(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (change.at, place_of(change), change.origin))
