"""Placing an order that is paid by card: written down as pending, charged, and written down as it was answered.

What `orders.payments.gateway_request` says of payments holds here: the order, its pay source and the payment are
committed first; then the gateway is asked, outside of any transaction; then its answer is committed. An order that
comes again is neither placed nor charged again. A card that was typed is known again by its brand, last four and
expiry; its number only passes through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from customers.models import Customer, PaySource
from customers.records.newest import newest
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.leads import complete_lead
from orders.intake.order import IncomingOrder
from orders.intake.take import TakenOrder, Then, take_order
from orders.locks import OrderError
from orders.models import Order, OrderItem, OrderStatus, Transaction, TransactionKind
from orders.payments.gateway import Card, Sale, Token
from orders.payments.gateway_request import create_pending, require_gateway
from orders.payments.record_answer import record_answer

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_READ = 500


@dataclass(frozen=True)
class PlacedOrder:
    """An order as it stands; `payment` is the charge, where one was made just now, `items` its lines, where nothing has
    been written to them since."""

    order: Order
    is_repeat: bool = False
    payment: Transaction | None = None
    items: Sequence[OrderItem] = ()


@sensitive_variables("means", "source")
def place_order(
    incoming: IncomingOrder, means: Card | PaySource | None, *, lead: Order | None = None, by: User | None
) -> PlacedOrder:
    """Place the order, or complete the `lead` with it, and charge its total to `means`.

    Without means, or when the total is zero, nothing is charged here: whoever sends it answers for the money.
    """
    if means is None or not incoming.total:
        taken = _take(replace(incoming, status=OrderStatus.COMPLETE), lead, _nothing, by=by)
        return PlacedOrder(taken.order, taken.is_repeat, items=taken.items)
    gateway = require_gateway()
    begun: list[Transaction] = []

    def begin(order: Order) -> None:
        pay_source = _theirs(order, means) if isinstance(means, PaySource) else _known_again(order, means, gateway.name)
        begun[:] = [create_pending(order, TransactionKind.SALE, order.total, pay_source=pay_source, by=by)]

    taken = _take(replace(incoming, status=OrderStatus.PENDING), lead, begin, by=by)
    if taken.is_repeat:
        return PlacedOrder(taken.order, is_repeat=True)
    payment = begun[0]
    source = means if isinstance(means, Card) else Token(means.token, means.gateway_customer)
    finished = record_answer(payment, gateway.sale(Sale(payment.uuid, source, payment.amount, payment.currency)))
    return PlacedOrder(finished.order, payment=finished)


def _nothing(order: Order) -> None:
    """What belongs to an order that is not charged."""


def _take(incoming: IncomingOrder, lead: Order | None, then: Then, *, by: User | None) -> TakenOrder:
    taken = complete_lead(lead, incoming, by=by, then=then) if lead else take_order(incoming, by=by, then=then)
    before = taken.order
    if taken.is_repeat and (before.total, before.currency) != (incoming.total, incoming.currency):
        raise RepeatedRequestError(f"Order {before.number} has this ID but a different total. Nothing was done.")
    return taken


def _theirs(order: Order, means: PaySource) -> PaySource:
    if means.source_record.customer_id != order.source_record.customer_id:
        raise OrderError("This card is not on file for the customer of this order. Nothing was charged.")
    return means


def _known_again(order: Order, card: Card, gateway: str) -> PaySource:
    about = {
        "source_record_id": order.source_record_id,
        "brand": card.brand,
        "last_four": card.last_four,
        "expiry_month": card.expiry_month,
        "expiry_year": card.expiry_year,
        "gateway": gateway,
    }
    return PaySource.objects.filter(**about).order_by("pk").first() or PaySource.objects.create(**about)


def chargeable_card(customer: Customer, pay_source: int | None = None) -> PaySource:
    """What the live `customer` can be charged with: the one named, else the default, else the newest."""
    keeper = require_gateway().name
    known = PaySource.objects.filter(source_record__customer=customer).select_related("source_record__customer")
    if named := pay_source or customer.pay_source_id:
        found = list(known.filter(pk=named))
    else:
        found = list(newest(PaySource, customer, gateway=keeper, limit=MOST_READ).select_related("source_record"))
    good = next((each for each in found if each.token and each.gateway == keeper and not each.is_expired), None)
    if good is None:
        raise OrderError("The customer has no such card on file that can be charged.")
    return good
