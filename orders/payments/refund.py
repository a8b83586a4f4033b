"""Refunding an order in full or in part: at most what was paid and has not gone back, each time of one payment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from customers.lib.money import format_for_input, format_money, is_payable
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Refund
from orders.payments.gateway_request import (
    amount_paid,
    create_pending,
    is_successful_payment,
    refuse_changed,
    require_gateway,
)
from orders.payments.record_answer import record_answer

if TYPE_CHECKING:
    from crm.accounts.models import User

BACK = (TransactionKind.REFUND, TransactionKind.VOID)


@dataclass(frozen=True)
class RefundablePayment:
    """A sale of which something can go back, and how much."""

    sale: Transaction
    left: Decimal


def refundable_payments(order: Order) -> list[RefundablePayment]:
    """What can be refunded, the latest first; OrderError when nothing can."""
    transactions = list(order.transactions.select_related("pay_source").order_by("-at", "-pk"))
    came_in = [each for each in transactions if is_successful_payment(each, order)]
    refuse_pending(transactions)
    _refuse_status(order, is_paid=bool(came_in))
    if not came_in:
        raise OrderError("This order has no payments, so there is nothing to refund.")
    left = amount_paid(transactions, order) - order.refunded
    found = [RefundablePayment(each, min(left, each.amount - _gone_back(each, transactions))) for each in came_in]
    found = [each for each in found if each.left > 0]
    if not found:
        raise OrderError("All payments of this order are already refunded.")
    return _reachable(found)


def _refuse_status(order: Order, *, is_paid: bool) -> None:
    if order.status == OrderStatus.REFUNDED:
        raise OrderError("This order is already fully refunded.")
    # Cancelled ones too, for which money came in: they were cancelled before the gateway had answered.
    if order.status != OrderStatus.COMPLETE and not (order.status == OrderStatus.CANCELLED and is_paid):
        raise OrderError(f"This order is {order.get_status_display().lower()}, so nothing was paid for it.")


def _gone_back(sale: Transaction, transactions: list[Transaction]) -> Decimal:
    back = (
        t for t in transactions if t.sale_id == sale.pk and t.kind in BACK and t.status == TransactionStatus.SUCCESS
    )
    return sum((each.amount for each in back), Decimal())


def _reachable(found: list[RefundablePayment]) -> list[RefundablePayment]:
    """Those that the gateway set up here took, and can pay back."""
    keeper = require_gateway().name
    ours = [p for p in found if p.sale.gateway_reference and p.sale.pay_source and p.sale.pay_source.gateway == keeper]
    if not ours:
        raise OrderError("This order was not paid through the configured gateway. Refund it where it was paid.")
    return ours


def refuse_amount(payment: RefundablePayment, amount: Decimal) -> None:
    """OrderError when so much cannot be refunded of it."""
    currency = payment.sale.currency
    if not is_payable(amount, currency) or amount <= 0:
        raise OrderError(f"Enter an amount such as {format_for_input(payment.left, currency)}.")
    if amount > payment.left:
        raise OrderError(f"At most {format_money(payment.left, currency)} of this payment can be refunded.")


def refund_order(order: Order, amount: Decimal, *, sale: int, reason: str, seen: str, by: User | None) -> Transaction:
    """Pay `amount` of the transaction `sale` back; the Transaction says what the gateway answered, if it did."""
    gateway = require_gateway()
    with locked_order(order) as current:
        refuse_changed(current, seen)
        chosen = next((each for each in refundable_payments(current) if each.sale.pk == sale), None)
        if chosen is None:
            raise OrderError("Nothing of this payment can be refunded.")
        refuse_amount(chosen, amount)
        source, reference = chosen.sale.pay_source, chosen.sale.gateway_reference
        payment = create_pending(
            current, TransactionKind.REFUND, amount, pay_source=source, sale=chosen.sale, reason=reason, by=by
        )
    return record_answer(payment, gateway.refund(Refund(payment.uuid, reference, amount, payment.currency)))
