"""Orders of the last days whose sale was declined: some may be tried again, and one of those is declined again.

About one the gateway has never answered.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from crm.demo.catalogue import CURRENCY, VIDEO
from crm.demo.files import Invoice
from crm.demo.payments import APPROVES
from crm.demo.store import Seller, shop_customer
from customers.models import PaySource
from orders.intake.order import IncomingLine, IncomingOrder
from orders.intake.take import take_order
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Answer
from orders.payments.sandbox import SALES

AGAIN, STOLEN, SILENT = "sandbox-soft-decline", "sandbox-hard-decline", "sandbox-silent"
# {Chinook customer: (the token of the card, what it answered)}
DECLINED = {
    4: (APPROVES, AGAIN),
    18: (APPROVES, AGAIN),
    23: (AGAIN, AGAIN),
    40: (STOLEN, STOLEN),
    52: (APPROVES, STOLEN),
    30: (SILENT, SILENT),
}


def place(last: dict[int, Invoice], seller: Seller, *, now: datetime) -> None:
    """One more order of some people, at the shop, by the `last` invoice of each."""
    for days, (number, (token, answer)) in enumerate(DECLINED.items(), 1):
        status = OrderStatus.PENDING if answer == SILENT else OrderStatus.DECLINED
        order = _order(last[number], seller, status, at=now - timedelta(days=days))
        card = PaySource.objects.filter(source_record=order.source_record_id).earliest("at", "pk")
        if card.token != token:
            card.token = token
            card.save(update_fields=["token"])
        _decline(order, card, SALES[answer])


def _order(invoice: Invoice, seller: Seller, status: OrderStatus, *, at: datetime) -> Order:
    who = shop_customer(invoice, seller.shop)
    video = IncomingLine("Live at the Chinook", Decimal("1.99"), product=seller.products[VIDEO])
    incoming = IncomingOrder(who, video.amount, CURRENCY, at=at, status=status, lines=[video])
    return take_order(incoming).order


def _decline(order: Order, card: PaySource, answer: Answer) -> None:
    Transaction.objects.create(
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
