"""The amounts that an act adds to the totals of source records, in whole minor units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple, Protocol

from customers.lib.money import to_minor_units
from customers.models import BillingStatus
from customers.models.totals import month_of
from orders.models import BILLING_STATE, MrrStep, Order, Purchase

PURCHASES = ("purchases_active", "purchases_past_due", "purchases_cancelled")
SUMS = ("orders", "amount", "refunded", *PURCHASES, "mrr")
ADDED = (*SUMS, "mrr_moved")
"""What of a delta is added up; `mrr_moved` only by month."""
added_of = attrgetter(*ADDED)


class Delta(NamedTuple):
    """An addition to the totals of one record in one currency.

    `month` is the first day of the month in which the order was placed, or recurring revenue moved: a delta of either
    must have it.
    """

    record: int
    currency: str
    month: date | None = None
    orders: int = 0
    amount: int = 0
    refunded: int = 0
    purchases_active: int = 0
    purchases_past_due: int = 0
    purchases_cancelled: int = 0
    mrr: int = 0
    mrr_moved: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None

    @property
    def is_about_purchases(self) -> bool:
        return any(getattr(self, name) for name in PURCHASES)


class TotalledOrder(Protocol):
    """An order, or one that is about to be written."""

    @property
    def source_record_id(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def refunded(self) -> Decimal: ...
    @property
    def is_counted(self) -> bool: ...


def deltas_of_order(order: TotalledOrder) -> Iterator[Delta]:
    """Empty while the order does not count."""
    if order.is_counted:
        yield Delta(
            order.source_record_id,
            order.currency,
            month_of(order.at),
            orders=1,
            amount=to_minor_units(order.total, order.currency),
            refunded=to_minor_units(order.refunded, order.currency),
            first_order_at=order.at,
            last_order_at=order.at,
        )


def deltas_of_refund(order: Order, amount: Decimal) -> Iterator[Delta]:
    """Negative where a refund is taken back.

    All that is added must follow from the row of the order, because `deltas_between` takes an order out by that alone:
    a number of refunds would need a column of it beside `refunded`.
    """
    if order.is_counted:
        yield Delta(
            order.source_record_id, order.currency, month_of(order.at), refunded=to_minor_units(amount, order.currency)
        )


def deltas_of_purchase(purchase: Purchase) -> Iterator[Delta]:
    yield delta_of_purchases(purchase.source_record_id, purchase.currency, purchase.status, 1, mrr=purchase.mrr)


def deltas_of_steps(steps: Iterable[MrrStep], *, sign: int = 1) -> Iterator[Delta]:
    for step in steps:
        yield Delta(step.source_record_id, step.currency, month_of(step.at), mrr_moved=sign * step.amount)


def deltas_between(before: Iterable[Delta], after: Iterable[Delta]) -> Iterator[Delta]:
    """The deltas that replace `before` by `after`. First and last times are only widened."""
    before, after = list(before), list(after)
    if before == after:
        return
    for delta in before:
        negative = {name: -getattr(delta, name) for name in ADDED}
        yield delta._replace(**negative, first_order_at=None, last_order_at=None)
    yield from after


def delta_of_purchases(record: int, currency: str, status: str, count: int, *, mrr: int) -> Delta:
    state = BILLING_STATE[status]
    return Delta(
        record,
        currency,
        purchases_active=count if state == BillingStatus.ACTIVE else 0,
        purchases_past_due=count if state == BillingStatus.PAST_DUE else 0,
        purchases_cancelled=count if state == BillingStatus.CANCELLED else 0,
        mrr=mrr,
    )


def combine_deltas(deltas: Iterable[Delta], *key: str) -> Collection[Delta]:
    """One delta for each `key`: a statement may touch a row only once."""
    key_of = attrgetter(*key)
    combined: dict[object, Delta] = {}
    for delta in deltas:
        before = combined.get(key_of(delta))
        combined[key_of(delta)] = _sum(before, delta) if before else delta
    return combined.values()


def _sum(one: Delta, other: Delta) -> Delta:
    sums = (mine + theirs for mine, theirs in zip(added_of(one), added_of(other), strict=True))
    return one._replace(
        month=one.month or other.month,
        **dict(zip(ADDED, sums, strict=True)),
        first_order_at=min(filter(None, (one.first_order_at, other.first_order_at)), default=None),
        last_order_at=max(filter(None, (one.last_order_at, other.last_order_at)), default=None),
    )
