"""The movements of all customers in order of time, a page at a time, without deriving every customer.

First a batch of the rows that can have made a movement is read: lines by the start of their period, purchases without
lines, and cancellations, each through an index. Then the series of their customers are derived, each once, and the
movements that the rows made are the result. A renewal makes no movement, so a page may take several batches.
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
from orders.revenue.ledger import Ledger, cancellations, counting_lines, read_changes
from orders.revenue.movements import Movement, Position
from orders.revenue.types import Origin, OriginKind

BATCH, MOST_BATCHES = 250, 10
"""How many rows are read at once, and how often for one page; the next page goes on from there."""

MOST_PER_ROW = 15
"""More movements than one row makes, which is one per currency."""


@dataclass(frozen=True)
class ActivityQuery:
    start: datetime | None = None
    end: datetime | None = None
    types: Collection[str] = ()
    after: Position | None = None
    """The last position that the client has seen, if any."""
    newest_first: bool = False

    def matches(self, movement: Movement) -> bool:
        if self.types and movement.type not in self.types:
            return False
        if self.after is None:
            return True
        return movement.position < self.after if self.newest_first else movement.position > self.after


@dataclass(frozen=True)
class Activity:
    """A movement, its customer, and the customer's billing rows."""

    movement: Movement
    customer: int
    ledger: Ledger


@dataclass(frozen=True)
class ActivityPage:
    """`last` is the position up to which everything was read; the next page goes on after it."""

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
    def start(self) -> Position:
        return self.at, self.origin, 0

    @property
    def end(self) -> Position:
        return self.at, self.origin, MOST_PER_ROW


def activity_page(query: ActivityQuery, *, limit: int, now: datetime | None = None) -> ActivityPage:
    """At most `limit` movements until `now`; fewer, with more to come, if many rows made no movement."""
    now = now or timezone.now()
    activities: list[Activity] = []
    has_more, cache, past = True, MovementCache(now), list(_past_cancellations())
    for _ in range(MOST_BATCHES):
        points, has_more = _next_batch(query, past, now)
        activities += _made_by(points, query, cache)
        if points:
            query = replace(query, after=points[-1].start if query.newest_first else points[-1].end)
        if not has_more or len(activities) > limit:
            break
    if len(activities) > limit:
        return ActivityPage(activities[:limit], activities[limit - 1].movement.position, has_more=True)
    return ActivityPage(activities, query.after, has_more=has_more)


def _next_batch(query: ActivityQuery, past: Sequence[BillingPoint], now: datetime) -> tuple[list[BillingPoint], bool]:
    nearest = nlargest if query.newest_first else nsmallest
    points = nearest(BATCH + 1, _candidates(query, past, now), key=lambda point: point.start)
    return points[:BATCH], len(points) > BATCH


def _candidates(query: ActivityQuery, past: Sequence[BillingPoint], now: datetime) -> Iterator[BillingPoint]:
    """The first rows of each kind, as many as a batch can need."""
    lines = OrderItem.objects.filter(counting_lines(now))
    yield from _points(lines, OriginKind.LINE, "service_from", "purchase__source_record__customer", query, now)
    purchases = Purchase.objects.all()
    yield from _points(purchases, OriginKind.PURCHASE, "at", "source_record__customer", query, now)
    yield from _points(purchases, OriginKind.CANCELLATION, "cancelled_at", "source_record__customer", query, now)
    yield from (point for point in past if _is_within(point, query, now))


def _points(
    rows: QuerySet[Any], kind: OriginKind, column: str, customer: str, query: ActivityQuery, now: datetime
) -> Iterator[BillingPoint]:
    sign = "-" if query.newest_first else ""
    within = rows.filter(_within(kind, column, query, now)).order_by(f"{sign}{column}", f"{sign}pk")
    for at, pk, owner in within.values_list(column, "pk", customer)[: BATCH + 1]:
        yield BillingPoint(at, Origin(kind, pk), owner)


def _within(kind: OriginKind, column: str, query: ActivityQuery, now: datetime) -> Q:
    within = Q(**{f"{column}__lte": min(query.end or now, now)})
    if query.start:
        within &= Q(**{f"{column}__gte": query.start})
    if query.after is None:
        return within
    at, origin, number = query.after
    is_later_kind = kind < origin.kind if query.newest_first else kind > origin.kind
    beyond = "lt" if query.newest_first else "gt"
    if is_later_kind:
        return within & Q(**{f"{column}__{beyond}e": at})
    if kind != origin.kind:
        return within & Q(**{f"{column}__{beyond}": at})
    # The row of `after` may have made another movement, unless `after` is the end of the row.
    is_row_done = number == (0 if query.newest_first else MOST_PER_ROW)
    pair = Q(**{f"{column}__{beyond}": at}) | Q(**{f"pk__{beyond}{'' if is_row_done else 'e'}": origin.pk})
    # Both conditions, so that the index is entered at `at` and the comparison of the pair only filters.
    return within & Q(**{f"{column}__{beyond}e": at}) & pair


def _past_cancellations() -> Iterator[BillingPoint]:
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


def _is_within(point: BillingPoint, query: ActivityQuery, now: datetime) -> bool:
    is_in_time = (query.start is None or point.at >= query.start) and point.at <= min(query.end or now, now)
    if query.after is None or not is_in_time:
        return is_in_time
    return point.start < query.after if query.newest_first else point.end > query.after


class MovementCache:
    """All movements of customers until `now`; each customer is read and derived once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._activities: dict[int, list[Activity]] = {}

    def of(self, customers: Collection[int]) -> Iterator[Activity]:
        if new := [pk for pk in customers if pk not in self._activities]:
            ledger = read_changes(new, now=self.now)
            for pk in new:
                self._activities[pk] = [Activity(movement, pk, ledger) for movement in ledger.series(pk).movements]
        for pk in customers:
            yield from self._activities[pk]


def _made_by(points: Sequence[BillingPoint], query: ActivityQuery, cache: MovementCache) -> list[Activity]:
    origins = {(point.at, point.origin) for point in points}
    activities = [
        activity
        for activity in cache.of({point.customer for point in points})
        if (activity.movement.at, activity.movement.change.origin) in origins and query.matches(activity.movement)
    ]
    return sorted(activities, key=lambda activity: activity.movement.position, reverse=query.newest_first)
