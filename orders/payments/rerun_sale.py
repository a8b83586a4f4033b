"""Rerunning a declined sale once for a key, whatever is killed meanwhile.

The key is that of the payment. Who begins again finds the payment by it, and asks the gateway with the same key, which
charges once for it. After some minutes the gateway is only asked what became of it: it need not know the key for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from customers.models import PaySource
from orders.locks import OrderDeletedError, OrderError, locked_order
from orders.models import Order, Transaction, TransactionStatus
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import require_gateway
from orders.payments.record_answer import record_answer
from orders.payments.rerun import begin_charge, declined_sale
from orders.payments.sales_to_rerun import NO_CARD, card_for
from orders.payments.settle_pending import ASKED_AGAIN_AFTER, question_about, refuse_late_success

if TYPE_CHECKING:
    from crm.accounts.models import User


def rerun_sale(sale: int, *, key: str, by: User | None) -> Transaction:
    """The charge, PENDING if the gateway has not answered.

    OrderError if `sale` is not the last of its order any more.
    """
    payment = _payment(key) or _begin(sale, key, by=by)
    if payment.status != TransactionStatus.PENDING:
        return payment
    return ask_gateway(payment)


def ask_gateway(payment: Transaction) -> Transaction:
    """Charge the pending `payment`, or ask what became of it if it was begun some minutes ago."""
    gateway, card = require_gateway(), payment.pay_source
    if card is None or payment.at <= timezone.now() - ASKED_AGAIN_AFTER:
        return record_answer(payment, gateway.look_up(question_about(payment)))
    token = Token(card.token, card.gateway_customer)
    return record_answer(payment, gateway.sale(Sale(payment.uuid, token, payment.amount, payment.currency)))


def _begin(sale: int, key: str, *, by: User | None) -> Transaction:
    declined = Transaction.objects.select_related("order__source_record").filter(pk=sale).first()
    if declined is None:
        raise OrderDeletedError
    refuse_late_success(declined.order)
    with locked_order(declined.order) as order:
        # Another worker may have begun: one that was taken for lost, and was only slow.
        if payment := _payment(key):
            return payment
        current = declined_sale(order)
        if current.pk != sale:
            raise OrderError("This order was charged again in the meantime.")
        return begin_charge(order, _card(order, current), key=key, by=by)


def _card(order: Order, sale: Transaction) -> PaySource:
    if card := card_for(order, sale, require_gateway()):
        return card
    raise OrderError(f"{NO_CARD}.")


def _payment(key: str) -> Transaction | None:
    payments = Transaction.objects.select_related("order__source_record", "pay_source", "sale")
    return payments.filter(uuid=key).first()
