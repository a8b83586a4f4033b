"""What was billed and cancelled, as the tests of recurring revenue write it: plain values, without the database."""

from datetime import datetime, timedelta
from itertools import count

from customers.models import Customer
from orders.revenue.ledger import read_changes
from orders.revenue.monthly_rate import Interval
from orders.revenue.movements import MovementSeries, derive_movements
from orders.revenue.types import Billed, Cancelled, Change, Origin, OriginKind, Subscription
from tests.days import day

HOUR = timedelta(hours=1)
MONTH, YEAR = Interval(1, "month"), Interval(1, "year")

numbers = count(1)


def subscription(since: datetime | None = None, **values) -> Subscription:
    return Subscription(next(numbers), since or day(1), **values)


def billed(of: Subscription, at: datetime, cents: int, until: datetime | None = None, **values) -> Billed:
    """A line for a month of a plan; another interval, plan, currency or proration is in `values`."""
    options = {
        "plan": 1,
        "currency": "USD",
        "interval": MONTH,
        "origin": Origin(OriginKind.LINE, next(numbers)),
    } | values
    return Billed(at=at, until=until or at + timedelta(days=30), subscription=of, amount=cents, **options)


def cancelled(of: Subscription, at: datetime) -> Cancelled:
    return Cancelled(at, of, Origin(OriginKind.CANCELLATION, of.pk))


def series(*changes: Change, window: timedelta = HOUR) -> MovementSeries:
    return derive_movements(changes, window=window)


def movement_rows(of: MovementSeries) -> list[tuple[str, int, int]]:
    """(type, by how much, total after)."""
    return [(str(movement.type), movement.amount, movement.total) for movement in of.movements]


def moved(customer: Customer) -> list[tuple[str, int, int]]:
    return movement_rows(read_changes([customer.pk]).series(customer.pk))
