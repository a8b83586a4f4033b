"""Refunds of an order, or of what a purchase was last billed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from crm.accounts.models import User
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import invalid
from crm.api.konnektive.fields import Amount, DoneOnce, Id, Text, Truth, Whole, at_most
from crm.api.konnektive.formats import format_amount
from crm.api.konnektive.orders.idempotency import request_of
from crm.api.konnektive.orders.outcomes import refuse_failed
from crm.api.konnektive.orders.rows import order_rows
from crm.api.konnektive.purchases.find import find_purchase
from crm.api.konnektive.purchases.rows import purchase_rows
from crm.api.konnektive.queries import find_order
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.models import Order, Purchase
from orders.payments.bills.purchase_share import last_paid_order
from orders.payments.refund import RefundablePayment, refund_latest, refund_made_by, refundable_payments
from orders.permissions import REFUND

DECLINED = "Refund Declined"

Reason = Annotated[Text, at_most(100)]


class RefundParameters(DoneOnce):
    """An amount, or `fullRefund=1` for all that is left."""

    refund_amount: Amount | None = None
    full_refund: Truth = False
    refund_reason: Reason = ""


class RefundOrder(RefundParameters):
    order_id: Id


class RefundPurchase(RefundParameters):
    purchase_id: Whole


@endpoint(RefundOrder, VIEW_CUSTOMERS, VIEW_ORDERS, REFUND)
def order_refund(call: Call, sent: RefundOrder) -> dict[str, Any]:
    order = find_order(sent.order_id)
    if not _was_refunded(call):
        _refund(order, sent, call)
    return order_rows([find_order(sent.order_id)])[0]


@endpoint(RefundPurchase, VIEW_CUSTOMERS, VIEW_ORDERS, REFUND)
def purchase_refund(call: Call, sent: RefundPurchase) -> dict[str, Any]:
    """What the purchase was billed in its last paid order is refunded, at most what is left of that."""
    purchase = find_purchase(sent.purchase_id)
    if not _was_refunded(call):
        _refund(last_paid_order(purchase), sent, call, purchase=purchase)
    return purchase_rows([find_purchase(sent.purchase_id)])[0]


def refund_all(order: Order, reason: str, *, by: User) -> None:
    refunds = refund_latest(order, _left_of(refundable_payments(order)), reason=reason, by=by)
    refuse_failed(refunds[-1], declined=DECLINED)


def _was_refunded(call: Call) -> bool:
    """Whether the same call has made a refund before; OutcomeError if that failed."""
    request = request_of(call)
    refund = refund_made_by(request) if request else None
    if refund:
        refuse_failed(refund, declined=DECLINED)
    return refund is not None


def _refund(order: Order, sent: RefundParameters, call: Call, *, purchase: Purchase | None = None) -> None:
    """OutcomeError if a refund is declined: refunds before it stand."""
    most = _left_of(refundable_payments(order, purchase=purchase))
    amount = most if sent.full_refund else sent.refund_amount
    if sent.full_refund and sent.refund_amount not in (None, most):
        highest = format_amount(most, order.currency)
        raise invalid(refundAmount=f"A full refund is {highest}. Send refundAmount or fullRefund=1, not both.")
    if amount is None:
        raise invalid(refundAmount="Send an amount or fullRefund=1.")
    if not 0 < amount <= most:
        highest = format_amount(most, order.currency)
        raise invalid(refundAmount=f"Use an amount above zero and at most {highest}, the amount that can be refunded.")
    about: dict[str, Any] = {"reason": sent.refund_reason, "request": request_of(call), "purchase": purchase}
    refuse_failed(refund_latest(order, amount, **about, by=call.by)[-1], declined=DECLINED)


def _left_of(payments: list[RefundablePayment]) -> Decimal:
    return sum((payment.left for payment in payments), Decimal())
