"""Billing a purchase that is due: an order for the next period is placed and charged, once for each day that was due.

The order, the pending charge and `Purchase.bill`, which names the order, are committed together under the lock of the
purchase. While a purchase has a bill it gets no other, so whoever is killed leaves what the next run goes on with: it
asks the gateway again with the same key. The answer is recorded by `record_answer`, which lets `conclude_bill.py` move
the purchase to its next day, or to its next attempt, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.lib.batches import BATCH
from customers.lib.errors import ActionError
from customers.models import EventKind, PaySource
from customers.statements.prepared import insert
from orders import events, history
from orders.locks import locked_order, refuse_pending, retry_when_taken
from orders.models import (
    BILLED,
    ItemKind,
    Order,
    OrderItem,
    OrderKind,
    OrderStatus,
    Purchase,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.order_numbers import new_order_number
from orders.payments.bills.conclude_bill import give_up
from orders.payments.gateway_request import create_pending, require_gateway
from orders.payments.record_answer import LostAnswerError
from orders.payments.rerun import begin_charge
from orders.payments.rerun_sale import ask_gateway
from orders.payments.sales_to_rerun import is_chargeable
from orders.subscriptions.common import locked_purchase

NO_CARD = "No card on file can be charged."
COPIED = ("first_name", "last_name", "company", "email", "phone", "billing_address", "shipping_address", "campaign")


def bill_due(today: date) -> Iterator[Purchase]:
    """Bill each purchase that is due until `today`; yield those that were charged or tried."""
    after = 0
    while purchases := list(due(today).filter(pk__gt=after).order_by("pk")[:BATCH]):
        for purchase in purchases:
            try:
                if bill(purchase, today):
                    yield purchase
            except (ActionError, LostAnswerError):  # changed or deleted meanwhile: the next run looks again
                continue
        after = purchases[-1].pk


def due(today: date) -> QuerySet[Purchase]:
    is_time = Q(bills_again_on=None) | Q(bills_again_on__lte=today)
    purchases = Purchase.objects.filter(
        is_time,
        begun_here=True,
        next_bill_date__lte=today,
        status__in=BILLED,
        price__gt=0,
        source_record__data_source__bills_elsewhere=False,
    )
    return purchases.select_related("source_record__data_source")


def bill(purchase: Purchase, today: date) -> Transaction | None:
    """The charge, PENDING if the gateway has not answered; None if nothing was charged."""
    payment = _next_attempt(purchase, purchase.bill_id, today) if purchase.bill_id else _begin(purchase, today)
    if payment is None or payment.status != TransactionStatus.PENDING:
        return payment
    return ask_gateway(payment)


def is_due(purchase: Purchase, today: date) -> bool:
    day = purchase.bills_on
    is_time = purchase.bills_again_on is None or purchase.bills_again_on <= today
    is_billed = purchase.is_billed_here and purchase.status in BILLED and purchase.price > 0
    return bool(is_billed and day and day <= today and is_time)


@retry_when_taken
@transaction.atomic(durable=True)
def _begin(purchase: Purchase, today: date) -> Transaction | None:
    with locked_purchase(purchase, seen=None) as current:
        if current.bill_id or not is_due(current, today):
            return None
        card = card_of(current)
        if card is None:
            give_up(current, NO_CARD)
            return None
        order = place_recurring_order(current)
        current.bill = order
        return create_pending(
            order, TransactionKind.SALE, order.total, what="billed when due", pay_source=card, by=None
        )


def _next_attempt(purchase: Purchase, bill: int, today: date) -> Transaction | None:
    """The pending charge of the bill, or after a decline another one."""
    with locked_order(Order.objects.select_related("source_record").get(pk=bill)) as order:
        sales = order.transactions.select_related("order__source_record", "pay_source", "sale")
        latest = sales.filter(kind=TransactionKind.SALE).order_by("-at", "-pk").first()
        if latest and latest.status == TransactionStatus.PENDING:
            return latest
        current = Purchase.objects.select_related("source_record__customer__pay_source").get(pk=purchase.pk)
        if current.bill_id != order.pk or not is_due(current, today):
            return None
        refuse_pending(order.transactions.all())
        card = card_of(current)
        if card is None:
            with locked_purchase(current, seen=None) as locked:
                give_up(locked, NO_CARD)
            return None
        return begin_charge(order, card, by=None)


def card_of(purchase: Purchase) -> PaySource | None:
    """The card that paid the purchase last, else the customer’s default card; None if neither can be charged."""
    gateway = require_gateway()
    paid = Transaction.objects.filter(
        Q(order=purchase.order_id) | Q(order__items__purchase=purchase),
        kind=TransactionKind.SALE,
        status=TransactionStatus.SUCCESS,
    )
    latest = paid.select_related("pay_source").order_by("-at", "-pk").first()
    candidates = (latest and latest.pay_source, purchase.source_record.customer.pay_source)
    return next((card for card in candidates if card and is_chargeable(card, gateway)), None)


def place_recurring_order(purchase: Purchase) -> Order:
    """Of the price of the purchase, with the addresses of the order that began it."""
    first = purchase.order
    at = timezone.now()
    order = Order(
        number=new_order_number(),
        at=at,
        source_record=purchase.source_record,
        data_source=first.data_source if first else purchase.source_record.data_source,
        kind=OrderKind.RECURRING,
        status=OrderStatus.PENDING,
        currency=purchase.currency,
        total=purchase.price,
        **{name: getattr(first, name) for name in COPIED if first},
    )
    insert(order, *history.placed([order], by=None), events.about(order, EventKind.ORDER_CREATED))
    OrderItem.objects.create(
        order=order,
        product=purchase.product,
        purchase=purchase,
        kind=ItemKind.SUBSCRIPTION,
        description=purchase.product.name,
        quantity=purchase.quantity,
        amount=purchase.price,
    )
    return order
