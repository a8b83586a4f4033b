"""An upsale: one more line on an order of the last day, charged to the card that paid the order.

The same upsale sent twice is charged once, because most clients cannot send a key: without one it is recognised by its
product, quantity, amounts and order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from customers.lib.money import is_payable
from customers.models import PaySource
from orders.intake.idempotency import IdentifiedRequest, key_of, order_made_by
from orders.locks import OrderError, locked_order, refuse_pending, retry_when_taken
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.add_line import AddedLine, is_same_line
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import create_pending, require_gateway
from orders.payments.record_answer import record_answer

if TYPE_CHECKING:
    from crm.accounts.models import User

OPEN_FOR = timedelta(hours=24)


def add_upsell(
    order: Order,
    addition: AddedLine,
    *,
    request: IdentifiedRequest | None,
    is_wanted_again: bool = False,
    by: User | None,
) -> Transaction:
    """Charge the line; return the charge, or the one made by the same `request` before.

    Without a request it is the one of the same line, unless that `is_wanted_again`.
    """
    payment, is_repeat = _create_payment(order, addition, request, is_wanted_again=is_wanted_again, by=by)
    if is_repeat:
        return payment
    gateway, card = require_gateway(), payment.pay_source
    if card is None:
        raise ValueError("An upsale is charged to a card.")
    source = Token(card.token, card.gateway_customer)
    return record_answer(payment, gateway.sale(Sale(payment.uuid, source, payment.amount, payment.currency)))


@retry_when_taken
def _create_payment(
    order: Order, addition: AddedLine, request: IdentifiedRequest | None, *, is_wanted_again: bool, by: User | None
) -> tuple[Transaction, bool]:
    gateway = require_gateway().name
    with locked_order(order) as current:
        charges = current.transactions.select_related("pay_source").order_by("-at", "-pk")
        if request and order_made_by(request):
            return charges.get(adds__request__in=request.digests), True
        if not (request or is_wanted_again) and (same := _same_upsale(charges, addition)):
            return same, True
        refuse_pending(charges)
        _refuse_impossible(current, addition)
        card = _paying_card(charges, gateway)
        adds = addition.as_json() | ({"request": request.digest} if request else {})
        payment = create_pending(
            current, TransactionKind.SALE, addition.total, what="upsale", pay_source=card, adds=adds, by=by
        )
        if request:
            key_of(request, current).save()
        return payment, False


def _same_upsale(charges: QuerySet[Transaction], addition: AddedLine) -> Transaction | None:
    recent = charges.filter(at__gte=timezone.now() - OPEN_FOR)
    return next((charge for charge in recent if charge.adds and is_same_line(charge.adds, addition)), None)


def _refuse_impossible(order: Order, addition: AddedLine) -> None:
    if order.status != OrderStatus.COMPLETE:
        raise OrderError(f"Order {order.number} is {order.status}, so nothing can be added.")
    if order.at < timezone.now() - OPEN_FOR:
        raise OrderError(f"Order {order.number} was placed more than a day ago. Place a new order.")
    if not addition.total or not is_payable(order.total + addition.total, order.currency):
        raise OrderError(f"The total of an upsale must be an amount that is valid in {order.currency}.")


def _paying_card(charges: QuerySet[Transaction], gateway: str) -> PaySource:
    for sale in charges.filter(kind=TransactionKind.SALE, status=TransactionStatus.SUCCESS):
        card = sale.pay_source
        if card and card.token and card.gateway == gateway and not card.is_expired:
            return card
    raise OrderError("This order was not paid with a card that can be charged again. Place a new order.")
