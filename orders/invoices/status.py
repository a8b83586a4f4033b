"""What has become of an invoice follows from its payments, as its billing system sends them.

CANCELLED when it was voided or written off. COMPLETE when successful payments come to its total, or there is nothing to
pay; REFUNDED when all of that went back. DECLINED when the last payment that was tried failed; else PENDING.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter

from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus

PAID = (TransactionKind.SALE, TransactionKind.CAPTURE)
BACK = (TransactionKind.REFUND, TransactionKind.VOID)
FAILED = (TransactionStatus.SOFT_DECLINE, TransactionStatus.HARD_DECLINE)


def derive_status(order: Order, payments: Iterable[Transaction]) -> None:
    """Make the status of `order`, and what went back of it, what `payments` say; nothing is saved.

    Payments of one moment are in the order in which they came.
    """
    counting = sorted((each for each in payments if each.disabled_at is None), key=attrgetter("at"))
    paid, back = _sum(counting, PAID), _sum(counting, BACK)
    is_paid = paid >= order.total
    order.refunded = min(back, max(order.total, Decimal(0))) if is_paid else Decimal(0)
    order.status = _status(order, counting, is_paid=is_paid)


def _status(order: Order, payments: list[Transaction], *, is_paid: bool) -> OrderStatus:
    if order.uncollected:
        return OrderStatus.CANCELLED
    if is_paid:
        is_back = 0 < order.total <= order.refunded
        return OrderStatus.REFUNDED if is_back else OrderStatus.COMPLETE
    tried = [each for each in payments if each.kind not in BACK and each.status != TransactionStatus.PENDING]
    return OrderStatus.DECLINED if tried and tried[-1].status in FAILED else OrderStatus.PENDING


def _sum(payments: Iterable[Transaction], kinds: tuple[TransactionKind, ...]) -> Decimal:
    counting = (each for each in payments if each.kind in kinds and each.status == TransactionStatus.SUCCESS)
    return sum((each.amount for each in counting), Decimal(0))


def fit_whole_payments(order: Order, payments: Iterable[Transaction]) -> list[Transaction]:
    """Those of `payments` that are for all of the order, made to be as much as it comes to; nothing is saved."""
    due = max(order.total, Decimal(0))
    misfits = [each for each in payments if each.is_whole and each.amount != due]
    for each in misfits:
        each.amount = due
    return misfits
