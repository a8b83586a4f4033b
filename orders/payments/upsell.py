"""An upsale: one more line on an order that was placed a moment ago, charged to the card that paid it.

Refused where that cannot be: nothing is added to an order for which nobody pays.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from customers.lib.money import is_payable
from orders.intake.idempotency import IdentifiedRequest, order_made_by, remember_request
from orders.intake.take import retried
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.add_line import AddedLine
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import create_pending, require_gateway
from orders.payments.record_answer import record_answer

if TYPE_CHECKING:
    from crm.accounts.models import User

A_MOMENT = timedelta(hours=24)


def add_upsell(order: Order, addition: AddedLine, *, request: IdentifiedRequest | None, by: User | None) -> Transaction:
    """The charge for it, or the one that the same `request` made before; OrderError when it cannot be charged."""
    payment, is_repeat = retried(lambda: _begin(order, addition, request, by=by))
    if is_repeat:
        return payment
    gateway, card = require_gateway(), payment.pay_source
    if card is None:
        raise ValueError("An upsale is charged to a card.")
    source = Token(card.token, card.gateway_customer)
    return record_answer(payment, gateway.sale(Sale(payment.uuid, source, payment.amount, payment.currency)))


def _begin(
    order: Order, addition: AddedLine, request: IdentifiedRequest | None, *, by: User | None
) -> tuple[Transaction, bool]:
    """(the payment, pending; whether it was there before)."""
    keeper = require_gateway().name
    with locked_order(order) as current:
        charges = current.transactions.select_related("pay_source").order_by("-at", "-pk")
        if request and order_made_by(request):
            return charges.get(adds__request=request.digest), True
        refuse_pending(charges)
        _refuse_impossible(current, addition)
        card = _paid_with(charges, keeper)
        kept = addition.as_kept() | ({"request": request.digest} if request else {})
        payment = create_pending(
            current, TransactionKind.SALE, addition.total, pay_source=card.pay_source, adds=kept, by=by
        )
        if request:
            remember_request(request, current)
        return payment, False


def _refuse_impossible(order: Order, addition: AddedLine) -> None:
    if order.status != OrderStatus.COMPLETE:
        raise OrderError(f"Order {order.number} is {order.status}, so nothing can be added.")
    if order.at < timezone.now() - A_MOMENT:
        raise OrderError(f"Order {order.number} was placed more than a day ago. Place a new order.")
    if not addition.total or not is_payable(order.total + addition.total, order.currency):
        raise OrderError(f"The total of an upsale must be an amount that is valid in {order.currency}.")


def _paid_with(charges: QuerySet[Transaction], keeper: str) -> Transaction:
    """The payment of the order, whose card is charged again."""
    for each in charges.filter(kind=TransactionKind.SALE, status=TransactionStatus.SUCCESS):
        card = each.pay_source
        if card and card.token and card.gateway == keeper and not card.is_expired:
            return each
    raise OrderError("This order was not paid with a card that can be charged again. Place a new order.")
