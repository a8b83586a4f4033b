"""Refunding an order in full or in part. Each refund is of one payment, and at most of its remaining amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.lib.money import format_for_input, format_money, is_payable
from orders.intake.idempotency import IdentifiedRequest, key_of, order_made_by
from orders.locks import OrderError, locked_order, refuse_pending, retry_when_taken
from orders.models import (
    Contradiction,
    Order,
    OrderStatus,
    Purchase,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.payments.bills.purchase_share import left_of_share
from orders.payments.gateway import Refund
from orders.payments.gateway_request import (
    amount_paid,
    create_pending,
    is_successful_payment,
    payments_of,
    refuse_changed,
    require_gateway,
)
from orders.payments.record_answer import record_answer

if TYPE_CHECKING:
    from crm.accounts.models import User

REFUNDS = (TransactionKind.REFUND, TransactionKind.VOID)


@dataclass(frozen=True)
class RefundablePayment:
    """A sale, and how much of it can still be refunded."""

    sale: Transaction
    left: Decimal


def refundable_payments(
    order: Order, *, purchase: Purchase | None = None, transactions: Sequence[Transaction] | None = None
) -> list[RefundablePayment]:
    """The latest payment first. With a `purchase`, only what is left of its share in the order.

    `transactions` are those of the order as `payments_of` reads them, if they were read already.
    """
    transactions = list(payments_of(order)) if transactions is None else transactions
    refuse_pending(transactions)
    extras = [
        RefundablePayment(payment, payment.amount - _refunded(payment, transactions))
        for payment in transactions
        # What was paid twice was paid for no line.
        if payment.contradiction == Contradiction.EXTRA and purchase is None
    ]
    if any(payment.left > 0 for payment in extras):
        payments = [*extras, *_payments_of_order(order, transactions)]
    else:
        _refuse_unpaid(order, transactions)
        payments = _payments_of_order(order, transactions)
    payments = [payment for payment in payments if payment.left > 0]
    if not payments:
        raise OrderError("All payments of this order are already refunded.")
    payments = _of_this_gateway(payments)
    return _of_share(payments, left_of_share(purchase, order)) if purchase else payments


def _payments_of_order(order: Order, transactions: Sequence[Transaction]) -> list[RefundablePayment]:
    """Without payments that were set aside; at most what the order has left."""
    left = amount_paid(transactions, order) - order.refunded
    sales = [payment for payment in transactions if is_successful_payment(payment, order)]
    return [RefundablePayment(sale, min(left, sale.amount - _refunded(sale, transactions))) for sale in sales]


def _refuse_unpaid(order: Order, transactions: Sequence[Transaction]) -> None:
    is_paid = any(is_successful_payment(payment, order) for payment in transactions)
    _refuse_status(order, is_paid=is_paid)
    if not is_paid:
        raise OrderError("This order has no payments, so there is nothing to refund.")


def _refuse_status(order: Order, *, is_paid: bool) -> None:
    if order.status == OrderStatus.REFUNDED:
        raise OrderError("This order is already fully refunded.")
    # A cancelled order can have been paid: it was cancelled before the gateway had answered.
    if order.status != OrderStatus.COMPLETE and not (order.status == OrderStatus.CANCELLED and is_paid):
        raise OrderError(f"This order is {order.status_in_words}, so nothing was paid for it.")


def _refunded(sale: Transaction, transactions: Sequence[Transaction]) -> Decimal:
    refunds = (t for t in transactions if t.sale_id == sale.pk and t.kind in REFUNDS)
    return sum((t.amount for t in refunds if t.status == TransactionStatus.SUCCESS), Decimal())


def _of_this_gateway(payments: list[RefundablePayment]) -> list[RefundablePayment]:
    gateway = require_gateway().name
    refundable = [
        payment
        for payment in payments
        if payment.sale.gateway_reference and payment.sale.pay_source and payment.sale.pay_source.gateway == gateway
    ]
    if not refundable:
        raise OrderError("This order was not paid through the configured gateway. Refund it where it was paid.")
    return refundable


def _of_share(payments: list[RefundablePayment], share: Decimal) -> list[RefundablePayment]:
    refundable = []
    for payment in payments:
        left = min(payment.left, share)
        if left > 0:
            refundable.append(replace(payment, left=left))
            share -= left
    if not refundable:
        raise OrderError("All that this purchase was last billed is already refunded.")
    return refundable


def refuse_amount(payment: RefundablePayment, amount: Decimal) -> None:
    currency = payment.sale.currency
    if not is_payable(amount, currency) or amount <= 0:
        raise OrderError(f"Enter an amount such as {format_for_input(payment.left, currency)}.")
    if amount > payment.left:
        raise OrderError(f"At most {format_money(payment.left, currency)} of this payment can be refunded.")


def refund_order(
    order: Order,
    amount: Decimal,
    *,
    sale: int,
    reason: str,
    seen: str,
    request: IdentifiedRequest | None = None,
    purchase: Purchase | None = None,
    by: User | None,
) -> Transaction:
    """Refund `amount` of the transaction `sale`; the refund is PENDING if the gateway has not answered.

    If the same `request` made a refund before, it is that one. With a `purchase`, its lines are refunded.
    """
    require_gateway()
    payment, is_repeat = _create_refund(order, amount, sale, reason, seen, request, purchase, by=by)
    return payment if is_repeat else ask_refund(payment)


def ask_refund(payment: Transaction) -> Transaction:
    """Let the gateway make a pending refund, outside of any transaction, and record its answer."""
    if payment.sale is None:
        return payment
    refund = Refund(payment.uuid, payment.sale.gateway_reference, payment.amount, payment.currency)
    return record_answer(payment, require_gateway().refund(refund))


def refund_latest(
    order: Order,
    amount: Decimal,
    *,
    reason: str,
    request: IdentifiedRequest | None = None,
    purchase: Purchase | None = None,
    by: User | None,
) -> list[Transaction]:
    """Refund `amount` of the payments of `order`, the latest payment first; return the refunds.

    The last of them may be declined or PENDING. Then no further payment is refunded, and the refunds before it stand.
    """
    refunds: list[Transaction] = []
    for payment in refundable_payments(order, purchase=purchase):
        if part := min(amount, payment.left):
            order.refresh_from_db()
            about: dict[str, Any] = {"sale": payment.sale.pk, "reason": reason, "seen": order.stamp, "by": by}
            # The first refund is kept with the key of the request.
            first = None if refunds else request
            refund = refund_order(order, part, **about, request=first, purchase=purchase)
            refunds.append(refund)
            if refund.status != TransactionStatus.SUCCESS:
                break
            amount -= part
    return refunds


def refund_made_by(request: IdentifiedRequest) -> Transaction | None:
    """The refund made by the same request before; RepeatedRequestError if its key belongs to another."""
    order = order_made_by(request)
    if order is None:
        return None
    return order.transactions.get(kind=TransactionKind.REFUND, adds__request__in=request.digests)


@retry_when_taken
def _create_refund(
    order: Order,
    amount: Decimal,
    sale: int,
    reason: str,
    seen: str,
    request: IdentifiedRequest | None,
    purchase: Purchase | None,
    *,
    by: User | None,
) -> tuple[Transaction, bool]:
    with locked_order(order) as current:
        if request and (refund := refund_made_by(request)):
            return refund, True
        refuse_changed(current, seen)
        adds = {"request": request.digest} if request else {}
        payment = begin_refund(current, amount, sale=sale, reason=reason, purchase=purchase, adds=adds, by=by)
        if request:
            key_of(request, current).save()
        return payment, False


def begin_refund(
    order: Order,
    amount: Decimal,
    *,
    sale: int,
    reason: str,
    purchase: Purchase | None,
    by: User | None,
    adds: Mapping[str, str] | None = None,
) -> Transaction:
    """The pending refund of the locked `order`. With a `purchase`, its lines are refunded."""
    payments = refundable_payments(order, purchase=purchase)
    chosen = next((payment for payment in payments if payment.sale.pk == sale), None)
    if chosen is None:
        raise OrderError("Nothing of this payment can be refunded.")
    refuse_amount(chosen, amount)
    return create_pending(
        order,
        TransactionKind.REFUND,
        amount,
        what="refund",
        pay_source=chosen.sale.pay_source,
        sale=chosen.sale,
        reason=reason,
        adds={**(adds or {}), **({"purchase": purchase.pk} if purchase else {})},
        by=by,
    )
