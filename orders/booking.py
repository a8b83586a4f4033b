"""Writing down what the gateway answered, with all that follows from it: the order, its history, the totals.

Once, whoever asked: only what is still pending is written to.
"""

from __future__ import annotations

from collections.abc import Collection

from customers import buying
from customers.money import shown
from customers.values import storable
from orders import paying, recording, totals
from orders.gateway import Answer
from orders.models import COUNTED, Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.totals import Change

LONGEST_ANSWER = 200


class LostAnswerError(Exception):
    """The gateway answered, and there is nothing left to write it on; the message says what it answered."""


def finish(payment: Transaction, answer: Answer) -> Transaction:
    """Write down what the gateway answered, once, whoever asked; no answer changes nothing."""
    if answer.status == TransactionStatus.PENDING:
        return payment
    try:
        return _finish(payment, answer)
    except paying.DeletedError as error:
        said = f"The gateway answered “{answer.text}” about {amount_of(payment)}"
        raise LostAnswerError(f"{error} {said}.") from None


def _finish(payment: Transaction, answer: Answer) -> Transaction:
    with paying.locked(payment.order) as order:
        # Whoever writes an answer has locked the order, so this one is read after anybody else's.
        current = order.transactions.select_related("pay_source", "by").get(pk=payment.pk)
        if current.status != TransactionStatus.PENDING:
            return current
        reason = current.answer
        current.status, current.gateway_reference = answer.status, answer.reference
        current.answer = storable(answer.text)[:LONGEST_ANSWER]
        current.save(update_fields=["status", "gateway_reference", "answer", "updated"])
        changes = _book(order, current, answer) if answer.status == TransactionStatus.SUCCESS else []
        order.save(update_fields=["status", "refunded", "updated"])
        recording.write(order, f"{sentence(current)} {reason}".strip(), by=current.by)
        totals.add(changes)
    return current


def _book(order: Order, payment: Transaction, answer: Answer) -> Collection[Change]:
    """Make the order say that it was paid or refunded; what that adds to the totals."""
    if payment.kind == TransactionKind.REFUND:
        amount = min(payment.amount, order.total - order.refunded)
        order.refunded += amount
        if order.refunded >= paying.paid(order.transactions.all(), order):
            order.status = OrderStatus.REFUNDED
        return list(totals.of_refund(order, amount))
    _keep_token(payment, answer)
    if order.status in COUNTED:
        return []
    order.status = OrderStatus.COMPLETE
    buying.bought(order.source_record, by=payment.by)
    return list(totals.of_order(order))


def _keep_token(payment: Transaction, answer: Answer) -> None:
    """By which a card that was typed for this sale can be charged again."""
    if answer.token and payment.pay_source and not payment.pay_source.token:
        payment.pay_source.token = answer.token.value
        payment.pay_source.gateway_customer = answer.token.gateway_customer
        payment.pay_source.save(update_fields=["token", "gateway_customer"])


def sentence(payment: Transaction) -> str:
    """What became of it, such as “3.00 USD refunded to VISA 4242.”"""
    amount = amount_of(payment)
    card = f" to {payment.pay_source}" if payment.pay_source else ""
    is_refund = payment.kind == TransactionKind.REFUND
    if payment.status == TransactionStatus.SUCCESS:
        return f"{amount} {'refunded' if is_refund else 'charged'}{card}."
    return f"{'Refund' if is_refund else 'Charge'} of {amount}{card} declined. {payment.answer}"


def amount_of(payment: Transaction) -> str:
    return f"{shown(payment.amount, payment.currency)} {payment.currency}"
