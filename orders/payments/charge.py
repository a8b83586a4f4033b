"""Placing an order that is paid by card, in the three steps of `gateway_request.py`.

The order, its pay source and the pending payment are committed together. An order that is sent again is neither placed
nor charged again. A card that was typed is recognized by its brand, last four and expiry; its number is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from customers.models import Customer, PaySource
from customers.records.newest import newest
from customers.statements.prepared import Prepared, insert
from orders.intake.leads import complete_lead
from orders.intake.order import IncomingOrder
from orders.intake.take import TakenOrder, WriteMore, take_order
from orders.locks import OrderError
from orders.models import ItemKind, Order, OrderItem, OrderStatus, Transaction, TransactionKind
from orders.payments.gateway import Card, Sale, Token
from orders.payments.gateway_request import create_pending, require_gateway
from orders.payments.record_answer import record_answer
from orders.payments.settle_pending import refuse_late_success

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_READ = 500
CARD_FIELDS = ("source_record_id", "brand", "last_four", "expiry_month", "expiry_year", "gateway")


@dataclass(frozen=True)
class PlacedOrder:
    """The order; the charge, if one was made now; and its lines, if they are as they were just written."""

    order: Order
    is_repeat: bool = False
    payment: Transaction | None = None
    items: Sequence[OrderItem] = ()


@sensitive_variables("method", "source")
def place_order(
    incoming: IncomingOrder, method: Card | PaySource | None, *, lead: Order | None = None, by: User | None
) -> PlacedOrder:
    """Place the order, or complete the `lead` with it, and charge its total to the payment `method`.

    Without a method, or if the total is zero, nothing is charged: the order was paid elsewhere.
    """
    if method is None or not incoming.total:
        taken = _take(incoming._replace(status=OrderStatus.COMPLETE), lead, lambda order: None, by=by)
        return PlacedOrder(taken.order, taken.is_repeat, items=taken.items)
    gateway = require_gateway()
    if lead and lead.status == OrderStatus.DECLINED:
        refuse_late_success(lead)
    pending: list[Transaction] = []

    def create_payment(order: Order) -> None:
        if isinstance(method, PaySource):
            pay_source = _of_customer(order, method)
        else:
            pay_source = _pay_source_of(method, order, gateway.name)
        pending[:] = [
            create_pending(order, TransactionKind.SALE, order.total, what="charge", pay_source=pay_source, by=by)
        ]

    taken = _take(incoming._replace(status=OrderStatus.PENDING), lead, create_payment, by=by)
    if taken.is_repeat:
        return PlacedOrder(taken.order, is_repeat=True)
    (payment,) = pending
    source = method if isinstance(method, Card) else Token(method.token, method.gateway_customer)
    answer = gateway.sale(Sale(payment.uuid, source, payment.amount, payment.currency))
    payment = record_answer(payment, answer)
    return PlacedOrder(payment.order, payment=payment, items=_items_after(taken))


def _items_after(taken: TakenOrder) -> Sequence[OrderItem]:
    """Its lines, unless the answer may have linked one to the subscription that it began."""
    return () if any(item.kind == ItemKind.SUBSCRIPTION for item in taken.items) else taken.items


def _take(incoming: IncomingOrder, lead: Order | None, write_more: WriteMore, *, by: User | None) -> TakenOrder:
    if lead:
        return complete_lead(lead, incoming, by=by, write_more=write_more)
    return take_order(incoming, by=by, write_more=write_more)


def _of_customer(order: Order, pay_source: PaySource) -> PaySource:
    if pay_source.source_record.customer_id != order.source_record.customer_id:
        raise OrderError("This card is not on file for the customer of this order. Nothing was charged.")
    return pay_source


def _pay_source_of(card: Card, order: Order, gateway: str) -> PaySource:
    values = (order.source_record_id, card.brand, card.last_four, card.expiry_month, card.expiry_year, gateway)
    if known := _same_card(*values):
        return known[0]
    pay_source = PaySource(**dict(zip(CARD_FIELDS, values, strict=True)))
    insert(pay_source)
    return pay_source


_same_card = Prepared(
    lambda *values: PaySource.objects.filter(**dict(zip(CARD_FIELDS, values, strict=True))).order_by("pk")[:1]
)


def chargeable_card(customer: Customer, pay_source: int | None = None) -> PaySource:
    """A card of the live `customer` that can be charged: the named `pay_source`, else the default, else the newest."""
    gateway = require_gateway().name
    if pk := pay_source or customer.pay_source_id:
        cards = PaySource.objects.filter(pk=pk, source_record__customer=customer)
        cards = cards.select_related("source_record__customer")
    else:
        cards = newest(PaySource, customer, gateway=gateway, limit=MOST_READ).select_related("source_record")
    chargeable = (card for card in cards if card.token and card.gateway == gateway and not card.is_expired)
    if card := next(chargeable, None):
        return card
    raise OrderError("The customer has no such card on file that can be charged.")
