"""Recent orders whose payment was declined: some can be rerun, and one of these is declined again.

About one the gateway has never answered, about another first that it never received the charge, then that it was made.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from crm.demo.catalogue import CURRENCY, VIDEO
from crm.demo.files import ChinookInvoice
from crm.demo.payments import APPROVES
from crm.demo.store import Shops, shop_customer
from customers.models import PaySource
from orders.intake.order import IncomingLine, IncomingOrder
from orders.intake.take import take_order
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.contradictions import note_contradiction
from orders.payments.gateway import Answer
from orders.payments.sandbox import NEVER_RECEIVED, SALES

SOFT_DECLINE, HARD_DECLINE, NO_ANSWER = "sandbox-soft-decline", "sandbox-hard-decline", "sandbox-silent"
LATE_SUCCESS = "late success"
APPROVED = Answer(TransactionStatus.SUCCESS, "Approved.", f"{APPROVES}/late")
# {number of the person: (token of the card, what the card answered)}
DECLINED_ORDERS = {
    4: (APPROVES, SOFT_DECLINE),
    18: (APPROVES, SOFT_DECLINE),
    23: (SOFT_DECLINE, SOFT_DECLINE),
    40: (HARD_DECLINE, HARD_DECLINE),
    52: (APPROVES, HARD_DECLINE),
    30: (NO_ANSWER, NO_ANSWER),
    44: (APPROVES, LATE_SUCCESS),
}


def place_declined_orders(last: dict[int, ChinookInvoice], shops: Shops, *, now: datetime) -> None:
    for days, (number, (token, answer)) in enumerate(DECLINED_ORDERS.items(), 1):
        status = OrderStatus.PENDING if answer == NO_ANSWER else OrderStatus.DECLINED
        order = _order(last[number], shops, status, at=now - timedelta(days=days))
        card = PaySource.objects.filter(source_record=order.source_record_id).earliest("at", "pk")
        if card.token != token:
            card.token = token
            card.save(update_fields=["encrypted_token"])
        payment = _decline(order, card, NEVER_RECEIVED if answer == LATE_SUCCESS else SALES[answer])
        if answer == LATE_SUCCESS:
            note_contradiction(order, payment, APPROVED)


def _order(invoice: ChinookInvoice, shops: Shops, status: OrderStatus, *, at: datetime) -> Order:
    customer = shop_customer(invoice, shops.shop)
    video = IncomingLine("Live at the Chinook", Decimal("1.99"), product=shops.products[VIDEO])
    incoming = IncomingOrder(customer, video.amount, CURRENCY, at=at, status=status, lines=[video])
    return take_order(incoming).order


def _decline(order: Order, card: PaySource, answer: Answer) -> Transaction:
    return Transaction.objects.create(
        source_record_id=order.source_record_id,
        order=order,
        pay_source=card,
        at=order.at + timedelta(minutes=1),
        kind=TransactionKind.SALE,
        status=answer.status,
        amount=order.total,
        currency=order.currency,
        answer="" if answer.status == TransactionStatus.PENDING else answer.text,
    )
