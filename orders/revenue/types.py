"""What is known of subscriptions, as plain values: what was billed and what was cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from orders.revenue.monthly_rate import Interval


class OriginKind(IntEnum):
    """What a change is read from."""

    LINE = 1
    PURCHASE = 2
    CANCELLATION = 3


class Origin(NamedTuple):
    """The row that a change is read from; numbers grow as rows are written."""

    kind: OriginKind
    pk: int


@dataclass(frozen=True)
class Subscription:
    """Those of one `connection` are one, in the order of `since`; in a set, each plan counts for itself."""

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

    `proration` is how it changes what is billed when it is for a part of a period, "" when it is for a whole one.
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
    """By time; lines of one moment by the order that was sent with them, if any was, then as they were written.

    What is cancelled comes last, so that who goes from one subscription to another at midnight was never gone.
    """

    def place(change: Change) -> tuple[datetime, bool, int, Origin]:
        if isinstance(change, Billed):
            return change.at, False, change.order or 0, change.origin
        return change.at, True, 0, change.origin

    return sorted(changes, key=place)
