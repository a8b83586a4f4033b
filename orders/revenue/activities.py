"""The movements of all customers in order of time, a page at a time.

A batch of steps is read by an index; then the movements of their customers around them, in which the steps are found.
Of purchases that are not counted there is a step of zero for each row that may have moved revenue: what did is derived.
Movements of a type that is not asked for are passed over, so a page may take several batches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from customers.models import SourceRecord
from orders.models import MrrStep, OrderItem, Product, Purchase
from orders.revenue.movements import Movement
from orders.revenue.steps import step_of
from orders.revenue.stretch import Steps, movements_between
from orders.revenue.types import OriginKind, Position

BATCH, MOST_BATCHES = 250, 10
"""How many steps are read at once, and how often for one page; the next page goes on from there."""

MOST_PER_ROW = 15
"""More movements than one row makes, which is one per currency."""

BY_POSITION = ("at", "origin_kind", "origin_pk", "number")


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
    """A movement and its customer, with the purchase and the plan that moved."""

    movement: Movement
    customer: int
    purchase: Purchase
    plan: Product


@dataclass(frozen=True)
class ActivityPage:
    """`last` is the position up to which everything was read; the next page goes on after it."""

    rows: Sequence[Activity]
    last: Position | None
    has_more: bool


Moved = tuple[int, Movement]
"""A customer and a movement."""


def activity_page(query: ActivityQuery, *, limit: int, now: datetime | None = None) -> ActivityPage:
    """At most `limit` movements until `now`; fewer, with more to come, if many steps were of another type."""
    now = now or timezone.now()
    moved: list[Moved] = []
    has_more = True
    for _ in range(MOST_BATCHES):
        rows, has_more = _next_batch(query, now, limit)
        moved += _made_by(rows, query, now)
        if rows:
            query = replace(query, after=_end_of(rows[-1], query))
        if not has_more or len(moved) > limit:
            break
    if len(moved) > limit:
        return ActivityPage(activities_of(moved[:limit]), moved[limit - 1][1].position, has_more=True)
    return ActivityPage(activities_of(moved), query.after, has_more=has_more)


def _next_batch(query: ActivityQuery, now: datetime, limit: int) -> tuple[list[MrrStep], bool]:
    sign = "-" if query.newest_first else ""
    most = BATCH if query.types else min(BATCH, limit + 1)
    within = MrrStep.objects.filter(_within(query, now)).order_by(*(f"{sign}{name}" for name in BY_POSITION))
    rows = [*within[: most + 1]]
    return rows[:most], len(rows) > most


def _within(query: ActivityQuery, now: datetime) -> Q:
    within = Q(at__lte=min(query.end or now, now))
    if query.start:
        within &= Q(at__gte=query.start)
    if query.after is None:
        return within
    at, origin, number = query.after
    side = "lt" if query.newest_first else "gt"
    beyond = Q(**{f"at__{side}": at}) | Q(**{f"origin_kind__{side}": origin.kind})
    same_kind = Q(origin_kind=origin.kind)
    beyond |= same_kind & Q(**{f"origin_pk__{side}": origin.pk})
    same_row = same_kind & Q(origin_pk=origin.pk)
    beyond |= same_row & Q(**{f"number__{side}": number})
    if not query.newest_first and number < MOST_PER_ROW:
        # The row of `after` may have made another movement, which its step of zero stands for.
        beyond |= same_row & Q(amount=0)
    # Both conditions, so that the index is entered at `at`, and the others only filter rows of the same time.
    return within & Q(**{f"at__{side}e": at}) & beyond


def _end_of(row: MrrStep, query: ActivityQuery) -> Position:
    at, origin, number = step_of(row).position
    return at, origin, number if row.amount or query.newest_first else MOST_PER_ROW


def _made_by(rows: Sequence[MrrStep], query: ActivityQuery, now: datetime) -> list[Moved]:
    """The movements that `rows` made, as far as they are asked for."""
    if not rows:
        return []
    records = SourceRecord.objects.filter(pk__in={row.source_record_id for row in rows})
    steps = Steps.of(set(records.values_list("customer", flat=True)), now=now)
    times = [row.at for row in rows]
    exact = {step_of(row).position for row in rows if row.amount}
    whole = {step_of(row).position[:2] for row in rows if not row.amount}
    moved = [
        (customer, movement)
        for customer, movements in movements_between(steps, min(times), max(times)).items()
        for movement in movements
        if (movement.position in exact or movement.position[:2] in whole) and query.matches(movement)
    ]
    return sorted(moved, key=lambda row: row[1].position, reverse=query.newest_first)


def activities_of(moved: Sequence[Moved]) -> list[Activity]:
    """Movements with their purchases and plans, which are read together."""
    purchases = Purchase.objects.select_related("product", "source_record").in_bulk(
        {movement.step.purchase for _, movement in moved}
    )
    lines = {m.step.origin.pk for _, m in moved if m.step.origin.kind == OriginKind.LINE}
    plan_of = dict(OrderItem.objects.filter(pk__in=lines, product__isnull=False).values_list("pk", "product"))
    plans = Product.objects.in_bulk(set(plan_of.values()))
    activities = []
    for customer, movement in moved:
        purchase, origin = purchases[movement.step.purchase], movement.step.origin
        line_plan = plan_of.get(origin.pk) if origin.kind == OriginKind.LINE else None
        activities.append(Activity(movement, customer, purchase, plans[line_plan] if line_plan else purchase.product))
    return activities
