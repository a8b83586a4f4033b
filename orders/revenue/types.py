"""Changes of recurring revenue as plain values: a billed line, or a cancellation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

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


def sort_changes(changes: Iterable[Change]) -> list[Change]:
    """By time. Lines of one time are in the order that was sent with them, else in that of writing."""

    def key(change: Change) -> tuple[datetime, bool, int, Origin]:
        if isinstance(change, Billed):
            return change.at, False, change.order or 0, change.origin
        # Cancellations last, so that a customer who switches subscriptions at midnight has not churned.
        return change.at, True, 0, change.origin

    return sorted(changes, key=key)
