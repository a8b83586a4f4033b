"""The movements of everybody in order of time, a page at a time, without deriving every customer.

First the rows that can have made a movement are read: lines by when they begin, subscriptions without lines, and
cancellations, each through an index. Then the series of their customers are played through, and of these what lies
within the stretch that was read is told. A renewal makes no movement, so several stretches may make up a page; whoever
has rows in several of them is played through once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest, nsmallest
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import OrderItem, Purchase
from orders.models.subscription import FirstCancellation
from orders.revenue import ledger
from orders.revenue.ledger import Ledger, cancellations, counting_lines
from orders.revenue.movements import Movement, Position
from orders.revenue.types import Origin, OriginKind

STRETCH, MOST_STRETCHES = 250, 10
"""How many rows are read at once, and how often for one page; the next page looks further."""

MOST_OF_A_ROW = 15
"""More movements than one row makes, which is one a currency."""


@dataclass(frozen=True)
class ActivityQuery:
    """Which movements: from `start` on, until `end` at the latest, of some types, after a place in the order."""

    start: datetime | None = None
    end: datetime | None = None
    types: Collection[str] = ()
    after: Position | None = None
    newest_first: bool = False

    def has(self, movement: Movement) -> bool:
        """Whether it is of the types, and beyond the place."""
        if self.types and movement.type not in self.types:
            return False
        if self.after is None:
            return True
        return movement.place < self.after if self.newest_first else movement.place > self.after


@dataclass(frozen=True)
class Activity:
    """A movement, whose it is, and what was read of them."""

    movement: Movement
    customer: int
    ledger: Ledger


@dataclass(frozen=True)
class ActivityPage:
    """`last` is the place up to which all was looked at; there may be more beyond it."""

    rows: Sequence[Activity]
    last: Position | None
    has_more: bool


@dataclass(frozen=True)
class BillingPoint:
    """A row that can have made a movement."""

    at: datetime
    origin: Origin
    customer: int

    @property
    def beginning(self) -> Position:
        return self.at, self.origin, 0

    @property
    def end(self) -> Position:
        return self.at, self.origin, MOST_OF_A_ROW


def activity_page(asked: ActivityQuery, *, limit: int) -> ActivityPage:
    """At most `limit` of the movements asked for; fewer where many rows moved nothing."""
    now = timezone.now()
    found: list[Activity] = []
    goes_on, played, past = True, MovementCache(now), list(_past_cancellations())
    for _ in range(MOST_STRETCHES):
        points, goes_on = _stretch(asked, past, now)
        found += _told(asked, points, played)
        if points:
            asked = replace(asked, after=points[-1].beginning if asked.newest_first else points[-1].end)
        if not goes_on or len(found) > limit:
            break
    if len(found) > limit:
        return ActivityPage(found[:limit], found[limit - 1].movement.place, has_more=True)
    return ActivityPage(found, asked.after, has_more=goes_on)


def _stretch(asked: ActivityQuery, past: Sequence[BillingPoint], now: datetime) -> tuple[list[BillingPoint], bool]:
    """The next points in order, and whether there are more."""
    pick = nlargest if asked.newest_first else nsmallest
    nearest = pick(STRETCH + 1, _nearest_of_each(asked, past, now), key=lambda point: point.beginning)
    return nearest[:STRETCH], len(nearest) > STRETCH


def _nearest_of_each(asked: ActivityQuery, past: Sequence[BillingPoint], now: datetime) -> Iterator[BillingPoint]:
    lines = OrderItem.objects.filter(counting_lines(now))
    yield from _points(lines, OriginKind.LINE, "service_from", "purchase__source_record__customer", asked, now)
    purchases = Purchase.objects.all()
    yield from _points(purchases, OriginKind.PURCHASE, "at", "source_record__customer", asked, now)
    yield from _points(purchases, OriginKind.CANCELLATION, "cancelled_at", "source_record__customer", asked, now)
    yield from (point for point in past if _is_within(point, asked, now))


def _points(
    rows: QuerySet[Any], kind: OriginKind, column: str, customer: str, asked: ActivityQuery, now: datetime
) -> Iterator[BillingPoint]:
    sign = "-" if asked.newest_first else ""
    within = rows.filter(_within(kind, column, asked, now)).order_by(f"{sign}{column}", f"{sign}pk")
    for at, pk, whose in within.values_list(column, "pk", customer)[: STRETCH + 1]:
        yield BillingPoint(at, Origin(kind, pk), whose)


def _within(kind: OriginKind, column: str, asked: ActivityQuery, now: datetime) -> Q:
    """The rows that are asked for, with that of the place, unless it is the end of it: it may have made another."""
    found = Q(**{f"{column}__lte": min(asked.end or now, now)})
    if asked.start:
        found &= Q(**{f"{column}__gte": asked.start})
    if asked.after is None:
        return found
    at, origin, number = asked.after
    is_later = kind < origin.kind if asked.newest_first else kind > origin.kind
    comes = "lt" if asked.newest_first else "gt"
    if is_later:
        return found & Q(**{f"{column}__{comes}e": at})
    if kind != origin.kind:
        return found & Q(**{f"{column}__{comes}": at})
    # Written so that the index is entered at `at`, and the comparison of the pair only filters.
    is_end = number == (0 if asked.newest_first else MOST_OF_A_ROW)
    beyond = Q(**{f"{column}__{comes}": at}) | Q(**{f"pk__{comes}{'' if is_end else 'e'}": origin.pk})
    return found & Q(**{f"{column}__{comes}e": at}) & beyond


def _past_cancellations() -> Iterator[BillingPoint]:
    """Of the few purchases that were cancelled and went on."""
    # Not IS NOT NULL, for which SQLite takes no index.
    reopened = Purchase.objects.alias(first=FirstCancellation()).filter(first__gt="")
    rows = reopened.select_related("source_record").only(
        "past_cancellations", "cancelled_at", "source_record__customer"
    )
    for purchase in rows:
        for at in cancellations(purchase):
            origin = Origin(OriginKind.CANCELLATION, purchase.pk)
            if at != purchase.cancelled_at:
                yield BillingPoint(at, origin, purchase.source_record.customer_id)


def _is_within(point: BillingPoint, asked: ActivityQuery, now: datetime) -> bool:
    is_asked = (asked.start is None or point.at >= asked.start) and point.at <= min(asked.end or now, now)
    if asked.after is None or not is_asked:
        return is_asked
    return point.beginning < asked.after if asked.newest_first else point.end > asked.after


class MovementCache:
    """All movements of customers until `now`, each customer read and played through once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.told: dict[int, list[Activity]] = {}

    def of(self, customers: Collection[int]) -> Iterator[Activity]:
        if new := [pk for pk in customers if pk not in self.told]:
            read = ledger.read(new, now=self.now)
            self.told |= {pk: [Activity(each, pk, read) for each in read.series(pk).movements] for pk in new}
        for pk in customers:
            yield from self.told[pk]


def _told(asked: ActivityQuery, points: Sequence[BillingPoint], played: MovementCache) -> list[Activity]:
    """The movements that the rows made, in order."""
    made_by = {(point.at, point.origin) for point in points}
    found = [
        told
        for told in played.of({point.customer for point in points})
        if (told.movement.at, told.movement.change.origin) in made_by and asked.has(told.movement)
    ]
    return sorted(found, key=lambda told: told.movement.place, reverse=asked.newest_first)
