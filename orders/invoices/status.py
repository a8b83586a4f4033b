"""Deriving the status of an invoice from its payments.

- CANCELLED when it was voided or written off.
- COMPLETE when successful payments reach its total, or there is nothing to pay; REFUNDED when all of that was refunded.
- DECLINED when the last attempt to pay failed; else PENDING.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter

from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus

SALES = (TransactionKind.SALE, TransactionKind.CAPTURE)
REFUNDS = (TransactionKind.REFUND, TransactionKind.VOID)
FAILED = (TransactionStatus.SOFT_DECLINE, TransactionStatus.HARD_DECLINE)


def derive_status(order: Order, payments: Iterable[Transaction]) -> None:
    """Set the status and refunded amount of `order`; the caller saves it.

    Payments of one time are given in the order of their arrival.
    """
    enabled = sorted((payment for payment in payments if payment.disabled_at is None), key=attrgetter("at"))
    is_paid = sum_of(enabled, SALES) >= order.total
    order.refunded = min(sum_of(enabled, REFUNDS), max(order.total, Decimal(0))) if is_paid else Decimal(0)
    order.status = _status(order, enabled, is_paid=is_paid)


def _status(order: Order, payments: list[Transaction], *, is_paid: bool) -> OrderStatus:
    if order.uncollected:
        return OrderStatus.CANCELLED
    if is_paid:
        is_refunded = 0 < order.total <= order.refunded
        return OrderStatus.REFUNDED if is_refunded else OrderStatus.COMPLETE
    attempts = [p for p in payments if p.kind not in REFUNDS and p.status != TransactionStatus.PENDING]
    return OrderStatus.DECLINED if attempts and attempts[-1].status in FAILED else OrderStatus.PENDING


def sum_of(payments: Iterable[Transaction], kinds: tuple[TransactionKind, ...]) -> Decimal:
    """Of those that succeeded and are not disabled."""
    counted = (p for p in payments if p.kind in kinds and p.status == TransactionStatus.SUCCESS and not p.disabled_at)
    return sum((payment.amount for payment in counted), Decimal(0))


def fit_whole_payments(order: Order, payments: Iterable[Transaction]) -> list[Transaction]:
    """Set payments of the whole order to its total; return the changed ones, for the caller to save."""
    due = max(order.total, Decimal(0))
    resized = [payment for payment in payments if payment.is_whole and payment.amount != due]
    for payment in resized:
        payment.amount = due
    return resized
