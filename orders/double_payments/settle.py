"""Settling who pays twice: one purchase or charge is kept, the others are cancelled and refunded.

Each of the others is an act of its own, because a gateway answers outside of any transaction. What was refused or
declined is said, and the rest stands; the next search finds what is left. Whatever notice a cancellation takes, a
purchase that was a mistake ends now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone

from customers.lib.errors import ActionError
from customers.lib.money import format_money
from orders.double_payments.double_payment_list import DoubleRow, PaidRow, double_rows
from orders.locks import OrderError
from orders.models import DoublePayment, Purchase, Transaction, TransactionStatus
from orders.payments.cancel_and_refund import cancel_and_refund, last_billing
from orders.payments.outcome import outcome_sentence
from orders.payments.refund import RefundablePayment, refund_order, refundable_payments
from orders.subscriptions.cancel import cancel_purchase

if TYPE_CHECKING:
    from crm.accounts.models import User


class DoublePaymentError(ActionError):
    pass


@dataclass(frozen=True)
class SettledRow:
    """What became of a row that was not kept; `is_done` if it was cancelled, or refunded without a decline."""

    paid: PaidRow
    text: str
    is_done: bool


def row_of(double: DoublePayment) -> DoubleRow:
    """DoublePaymentError if there are not two that are paid any more."""
    [row] = double_rows([double])
    if len(row.open) < 2:
        raise DoublePaymentError("Only one of these is still paid, so there is nothing to cancel.")
    return row


def fingerprint(row: DoubleRow) -> str:
    stamps = [(paid.pk, paid.row.updated.isoformat()) for paid in row.open]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()


def refundable(paid: PaidRow) -> tuple[str, str]:
    """How much is refunded if it is not kept, and why nothing is."""
    try:
        if isinstance(paid.row, Purchase):
            return str(last_billing(paid.row)), ""
        return format_money(_left(paid.row).left, paid.currency), ""
    except OrderError as error:
        return "", str(error)


def settle(double: DoublePayment, keep: int, *, seen: str, reason: str, by: User) -> Sequence[SettledRow]:
    """Keep the row `keep`; cancel and refund the others."""
    row = row_of(double)
    if fingerprint(row) != seen:
        raise DoublePaymentError("One of these has changed since you opened the page. Look at them again.")
    if keep not in {paid.pk for paid in row.open}:
        raise DoublePaymentError("Choose the one that is kept.")
    settled = list(_settle_others(row, keep, reason=reason, by=by))
    if all(row.is_done for row in settled):
        DoublePayment.objects.filter(pk=double.pk).delete()
    return settled


def _settle_others(row: DoubleRow, keep: int, *, reason: str, by: User) -> Iterator[SettledRow]:
    for paid in row.open:
        if paid.pk == keep:
            continue
        try:
            if isinstance(paid.row, Purchase):
                refund = _end_purchase(paid.row, reason=reason, by=by)
            else:
                refund = _refund_charge(paid.row, reason=reason, by=by)
        except ActionError as error:
            yield SettledRow(paid, f"{paid.label}: {error}", is_done=False)
            continue
        is_done = refund is None or refund.status in (TransactionStatus.SUCCESS, TransactionStatus.PENDING)
        outcome = outcome_sentence(refund) if refund else "Cancelled. Nothing of it could be refunded."
        yield SettledRow(paid, f"{paid.label}: {outcome}", is_done=is_done)


def _end_purchase(purchase: Purchase, *, reason: str, by: User) -> Transaction | None:
    cancel = partial(cancel_purchase, purchase, reason=reason, seen=purchase.stamp, by=by, is_mistake=True)
    try:
        amount = last_billing(purchase).payment.left
    except OrderError:
        cancel()
        return None
    return cancel_and_refund(purchase, cancel, amount, reason=reason, by=by)


def _refund_charge(charge: Transaction, *, reason: str, by: User) -> Transaction:
    payment = _left(charge)
    return refund_order(charge.order, payment.left, sale=charge.pk, reason=reason, seen=charge.order.stamp, by=by)


def _left(charge: Transaction) -> RefundablePayment:
    payments = refundable_payments(charge.order)
    payment = next((payment for payment in payments if payment.sale.pk == charge.pk), None)
    if payment is None:
        raise OrderError("Nothing of this payment can be refunded.")
    return payment


def dismiss(double: DoublePayment, *, by: User) -> None:
    """Both are wanted: it is not shown again while nothing changes."""
    DoublePayment.objects.filter(pk=double.pk, dismissed_at=None).update(dismissed_at=timezone.now(), dismissed_by=by)
