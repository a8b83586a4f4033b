"""Cancelling a purchase and refunding what it was last billed, as one act.

The cancellation and the refund that is asked for are committed together, then the gateway is asked. So there is never a
cancellation without its refund: the refund is made, or declined by the gateway, of which the history has the reason, or
pending, and asked for again. What was cancelled stays so, whatever the gateway answers: the customer is not billed on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from customers.lib.money import format_money
from orders.locks import OrderError, locked_order
from orders.models import Order, Purchase, Transaction
from orders.payments.bills.purchase_share import last_paid_order
from orders.payments.refund import RefundablePayment, ask_refund, begin_refund, refundable_payments

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class LastBilling:
    """The payment of the order that last billed a purchase, with what can be refunded of the purchase’s share."""

    order: Order
    payment: RefundablePayment

    def __str__(self) -> str:
        return format_money(self.payment.left, self.order.currency)


def last_billing(purchase: Purchase) -> LastBilling:
    """OrderError if nothing of it can be refunded."""
    order = last_paid_order(purchase)
    return LastBilling(order, refundable_payments(order, purchase=purchase)[0])


def cancel_and_refund(
    purchase: Purchase, cancel: Callable[[], object], amount: Decimal, *, reason: str, by: User | None
) -> Transaction:
    """`cancel` now, or for a later day, and refund `amount`; the refund is PENDING if the gateway has not answered.

    Nothing is done if either is refused.
    """
    billing = last_billing(purchase)
    with locked_order(billing.order) as order:
        current = last_billing(purchase)
        if current.order.pk != order.pk:
            raise OrderError("This purchase was billed again a moment ago. Look at it again.")
        sale = current.payment.sale.pk
        refund = begin_refund(order, amount, sale=sale, reason=reason, purchase=purchase, by=by)
        cancel()
    return ask_refund(refund)
