"""Writing down what the gateway answered, with all that follows from it: the order, its history, the totals.

Once, whoever asked: only what is still pending is written to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from customers.lib.money import format_money
from customers.lib.text import without_unstorable
from customers.profile.lead_status import clear_lost
from customers.totals import billing_status
from orders import history
from orders.locks import OrderDeletedError, locked_order
from orders.models import (
    COUNTED,
    ItemKind,
    Order,
    OrderItem,
    OrderStatus,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.payments.add_line import add_line
from orders.payments.gateway import Answer
from orders.payments.gateway_request import PAYMENTS, amount_paid
from orders.subscriptions.begin import begin_purchases
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_refund

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_ANSWER = 200
CHANGED = ("status", "refunded", "total", "shipping", "tax", "details")
MOVES_MONEY = (TransactionKind.SALE, TransactionKind.CAPTURE, TransactionKind.REFUND)
WORDS = {
    TransactionKind.REFUND: ("Refund", "refunded"),
    TransactionKind.AUTHORIZE: ("Authorization", "authorized"),
    TransactionKind.VOID: ("Voiding", "voided"),
}
CHARGE = ("Charge", "charged")
CANCELLED_MEANWHILE = "The order was cancelled in the meantime and stays cancelled. You can refund this payment."


class LostAnswerError(Exception):
    """The gateway answered, and there is nothing left to write it on; the message says what it answered."""


def record_answer(payment: Transaction, answer: Answer, *, by: User | None = None) -> Transaction:
    """Write down what the gateway answered, once, whoever asked; no answer changes nothing.

    With `by` it is not the gateway who says it, but somebody who looked: the history tells of them, and what they said.
    """
    if answer.status == TransactionStatus.PENDING:
        return payment
    try:
        return _finish(payment, answer, by=by)
    except OrderDeletedError as error:
        said = f"The gateway answered “{answer.text}” about {amount_text(payment)}"
        raise LostAnswerError(f"{error} {said}.") from None


def _finish(payment: Transaction, answer: Answer, *, by: User | None) -> Transaction:
    with locked_order(payment.order) as order:
        # Whoever writes an answer has locked the order, so this one is read after anybody else's.
        current = order.transactions.select_related("pay_source", "by").get(pk=payment.pk)
        if current.status != TransactionStatus.PENDING:
            return current
        reason = current.answer
        current.status, current.gateway_reference = answer.status, answer.reference
        current.answer = without_unstorable(answer.text)[:LONGEST_ANSWER]
        current.save(update_fields=["status", "gateway_reference", "answer", "updated"])
        changes = _book(order, current, answer)
        order.save(update_fields=[*CHANGED, "updated"])
        said = answer.text if by and answer.status == TransactionStatus.SUCCESS else ""
        history.write(order, " ".join(filter(None, (outcome_sentence(current), reason, said))), by=by or current.by)
        add_to_totals(changes)
        if any(each.is_about_purchases for each in changes):
            billing_status.refresh([order.source_record.customer_id])
    return current


def _book(order: Order, payment: Transaction, answer: Answer) -> Collection[Delta]:
    """Make the order say that it was paid, refunded or declined; what that adds to the totals.

    One that was cancelled meanwhile stays cancelled, whatever money came in for it or went back.
    """
    if payment.kind not in MOVES_MONEY:
        return []
    if payment.status != TransactionStatus.SUCCESS:
        if order.status == OrderStatus.PENDING:
            order.status = OrderStatus.DECLINED
        return []
    if payment.kind == TransactionKind.REFUND:
        amount = min(payment.amount, order.total - order.refunded)
        order.refunded += amount
        if order.status != OrderStatus.CANCELLED and order.refunded >= amount_paid(order.transactions.all(), order):
            order.status = OrderStatus.REFUNDED
        return list(deltas_of_refund(order, amount))
    _keep_token(payment, answer)
    if payment.adds:
        return list(add_line(order, payment))
    if order.status in (*COUNTED, OrderStatus.CANCELLED):
        return []
    order.status = OrderStatus.COMPLETE
    clear_lost(order.source_record, by=payment.by)
    return [*deltas_of_order(order), *_begin(order)]


def _begin(order: Order) -> Iterator[Delta]:
    """The purchases of its lines that subscribe, for which it was paid."""
    items = list(order.items.filter(kind=ItemKind.SUBSCRIPTION, purchase=None).select_related("product"))
    for purchase in begin_purchases(order, items):
        yield from deltas_of_purchase(purchase)
    OrderItem.objects.bulk_update(items, ["purchase"])


def _keep_token(payment: Transaction, answer: Answer) -> None:
    """By which a card that was typed for this sale can be charged again."""
    if answer.token and payment.pay_source and not payment.pay_source.token:
        payment.pay_source.token = answer.token.value
        payment.pay_source.gateway_customer = answer.token.gateway_customer
        payment.pay_source.save(update_fields=["token", "gateway_customer"])


def outcome_sentence(payment: Transaction) -> str:
    """What became of it, such as “3.00 USD refunded to VISA 4242.”"""
    amount = amount_text(payment)
    card = f" to {payment.pay_source}" if payment.pay_source else ""
    act, done = kind_words(payment)
    if payment.status == TransactionStatus.SUCCESS:
        is_late = payment.kind in PAYMENTS and payment.order.status == OrderStatus.CANCELLED
        return f"{amount} {done}{card}." + (f" {CANCELLED_MEANWHILE}" if is_late else "")
    return f"{act} of {amount}{card} declined. {payment.answer}"


def kind_words(payment: Transaction) -> tuple[str, str]:
    """What it is called, and what was done when it succeeded."""
    return WORDS.get(TransactionKind(payment.kind), CHARGE)


def amount_text(payment: Transaction) -> str:
    return format_money(payment.amount, payment.currency)
