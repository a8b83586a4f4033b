"""The movements of one customer, a page at a time, from the steps of all of the customer's records.

Of each record at most a page of steps is read, by their index, in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.lib.batches import batches
from customers.statements.prepared import Slot, filled
from orders.models import MrrStep
from orders.revenue.movements import Movement
from orders.revenue.steps import step_of
from orders.revenue.stretch import IN_ORDER, Steps, movements_between
from orders.revenue.types import Position, RevenueStep

MOST_RECORDS = 100
"""SQLite takes at most 500 parts in a statement."""


@dataclass(frozen=True)
class MovementPage:
    movements: Sequence[Movement]
    has_more: bool


def movement_page(
    customer: int, *, limit: int, after: Position | None = None, now: datetime | None = None
) -> MovementPage:
    """At most `limit` movements until `now`, oldest first, after the position that the reader has seen."""
    steps = Steps.of([customer], now=now or timezone.now())
    following = _after(after, steps, customer) if after else (Q(), None)
    return _page(steps, customer, following, limit, newest_first=False)


def newest_movements(customer: int, *, limit: int) -> Sequence[Movement]:
    """At most `limit`, newest first."""
    steps = Steps.of([customer], now=timezone.now())
    return _page(steps, customer, (Q(), None), limit, newest_first=True).movements[::-1]


Following = tuple[Q, RevenueStep | Position | None]
"""Which steps come next, as a condition and as the place that they come after."""


def _after(position: Position, steps: Steps, customer: int) -> Following:
    """After the step at `position` in the order of steps. If there is none, what sorts after it by position."""
    at, origin, number = position
    row = {"origin_kind": origin.kind, "origin_pk": origin.pk, "number": number}
    stored = steps.stored(source_record__in=steps.customers, at=at, **row).first()
    derived = (step for step in steps.derived.get(customer, ()) if step.position == position)
    if seen := step_of(stored) if stored else next(derived, None):
        return _later({"at": at, "place": seen.place, **row}), seen
    return _later({"at": at, **row}), position


def _later(values: dict[str, object]) -> Q:
    """The rows whose `values`, compared one after the other, are greater."""
    (name, value), *others = values.items()
    if not others:
        return Q(**{f"{name}__gt": value})
    # The first condition enters the index; the others only filter rows of the same value.
    return Q(**{f"{name}__gte": value}) & (Q(**{f"{name}__gt": value}) | _later(dict(others)))


def _page(steps: Steps, customer: int, following: Following, limit: int, *, newest_first: bool) -> MovementPage:
    condition, after = following
    rows = steps.stored().filter(condition)
    nearest = [*_nearest(rows, sorted(steps.customers), limit + 1, newest_first=newest_first)]
    nearest += [step for step in steps.derived.get(customer, ()) if _is_after(step, after)]
    nearest.sort(key=lambda step: step.order, reverse=newest_first)
    shown = nearest[:limit]
    if not shown:
        return MovementPage((), has_more=False)
    positions, times = {step.position for step in shown}, [step.at for step in shown]
    movements = movements_between(steps, min(times), max(times)).get(customer, ())
    return MovementPage([m for m in movements if m.position in positions], len(nearest) > limit)


def _is_after(step: RevenueStep, after: RevenueStep | Position | None) -> bool:
    if isinstance(after, RevenueStep):
        return step.order > after.order
    return after is None or step.position > after


def _nearest(
    rows: QuerySet[MrrStep], records: Sequence[int], limit: int, *, newest_first: bool
) -> Sequence[RevenueStep]:
    sign, direction = ("-", "DESC") if newest_first else ("", "ASC")
    in_order = rows.filter(source_record=Slot(0, None)).order_by(*(f"{sign}{name}" for name in IN_ORDER))
    sql, params = in_order.values_list("id", *IN_ORDER)[:limit].query.sql_with_params()
    order = ", ".join(f"{name} {direction}" for name in IN_ORDER)
    pks: list[int] = []
    for some in batches(records, MOST_RECORDS):
        union = " UNION ALL ".join([f"SELECT * FROM ({sql}) AS of_record"] * len(some))  # noqa: S608 - Django's SQL
        with connections[rows.db].cursor() as cursor:
            values = [value for record in some for value in filled(params, [record])]
            cursor.execute(f"SELECT id FROM ({union}) AS steps ORDER BY {order} LIMIT %s", [*values, limit])  # noqa: S608
            pks += [pk for (pk,) in cursor.fetchall()]
    return [step_of(row) for row in MrrStep.objects.filter(pk__in=pks)]
