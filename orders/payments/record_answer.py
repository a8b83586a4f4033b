"""Recording an answer of the gateway, with everything that follows: the order, its history, the totals.

An answer is recorded once, because only a pending payment is changed: by its own request, by `settle_pending` or by a
user. A later answer that says the opposite is kept for a user to decide (`contradictions.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db import Error

from customers.database.failures import failure_of
from customers.database.lock_queues import waiting_in_full
from customers.lib import sentences
from customers.lib.counting import Counted, count
from customers.lib.sentences import Value
from customers.lib.text import without_unstorable
from customers.models import EventKind
from customers.profile.lead_status import clear_lost
from customers.statements.prepared import Prepared, insert
from customers.statements.update import Change, update
from customers.totals import billing_status
from orders import history
from orders.locks import OrderDeletedError, locked_order
from orders.models import (
    COUNTED,
    Contradiction,
    ItemKind,
    Order,
    OrderItem,
    OrderStatus,
    Purchase,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.payments.add_line import add_line
from orders.payments.bills.conclude_bill import conclude_bill
from orders.payments.contradictions import LONGEST_ANSWER, MOVES_MONEY, note_contradiction
from orders.payments.gateway import Answer
from orders.payments.gateway_request import amount_paid, payment_entry
from orders.payments.outcome import UNKNOWN_PAYMENT_METHOD, amount_text, is_late
from orders.revenue.steps import add_new_steps
from orders.subscriptions.begin import begin_purchases
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_refund

if TYPE_CHECKING:
    from crm.accounts.models import User

logger = logging.getLogger(__name__)

ORDER_FIELDS = ("status", "refunded", "total", "shipping", "tax", "details", "updated")
PAYMENT_FIELDS = ("status", "gateway_reference", "answer", "updated")
ORDER_DELETED = "This order was deleted a moment ago. The gateway answered “{answer}” about {amount}."
DONE = {
    TransactionKind.SALE: "Charged {amount} to {card} for order {order}.",
    TransactionKind.CAPTURE: "Captured {amount} on {card} for order {order}.",
    TransactionKind.AUTHORIZE: "Authorized {amount} on {card} for order {order}.",
    TransactionKind.VOID: "Voided {amount} on {card} for order {order}.",
    TransactionKind.REFUND: "Refunded {amount} of order {order} to {card}.",
}
# Of an order that was cancelled meanwhile
DONE_LATE = {
    TransactionKind.SALE: (
        "Charged {amount} to {card} for order {order}. The order was cancelled in the meantime and stays cancelled."
        " This payment can be refunded."
    ),
    TransactionKind.CAPTURE: (
        "Captured {amount} on {card} for order {order}. The order was cancelled in the meantime and stays cancelled."
        " This payment can be refunded."
    ),
}
DECLINED = {
    TransactionKind.SALE: "Charge of {amount} to {card} for order {order} declined.",
    TransactionKind.CAPTURE: "Capture of {amount} on {card} for order {order} declined.",
    TransactionKind.AUTHORIZE: "Authorization of {amount} on {card} for order {order} declined.",
    TransactionKind.VOID: "Voiding of {amount} on {card} for order {order} declined.",
    TransactionKind.REFUND: "Refund of {amount} of order {order} to {card} declined.",
}
PURCHASE_REFUNDED = "Refunded {amount} of purchase {purchase} in order {order} to {card}."
PURCHASE_DECLINED = "Refund of {amount} of purchase {purchase} in order {order} to {card} declined."


class LostAnswerError(Exception):
    """The order was deleted before the gateway answered; the message has the answer."""


def record_answer(payment: Transaction, answer: Answer, *, by: User | None = None) -> Transaction:
    """Step 3: record `answer` and return the payment. A PENDING answer changes nothing.

    With `by`, that user answered for the gateway, and the history has their name and reason. While the database cannot
    record what the gateway answered, the payment stays PENDING, and `settle_pending` asks again: money has moved, so it
    waits for a held customer in full.
    """
    if by is None:
        count(Counted.GATEWAY_ANSWER, payment.kind, answer.status)
    if answer.status == TransactionStatus.PENDING:
        return payment
    try:
        with waiting_in_full():
            return _record(payment, answer, by=by)
    except OrderDeletedError:
        raise LostAnswerError(ORDER_DELETED.format(answer=answer.text, amount=amount_text(payment))) from None
    except Error as error:
        if by or failure_of(error) is None:
            raise
        logger.warning("The answer about payment %s was not recorded: %s", payment.uuid, error)
        return payment


def _record(payment: Transaction, answer: Answer, *, by: User | None) -> Transaction:
    with locked_order(payment.order) as order:
        # Read under the lock of the order, so after any other answer was recorded.
        [current] = _payment(payment.pk)
        current.order = order
        if current.status != TransactionStatus.PENDING:
            if not by:
                update(*_keep_token(current, answer))
                note_contradiction(order, current, answer)
            return current
        reason = current.answer
        current.status, current.gateway_reference = answer.status, answer.reference
        current.answer = without_unstorable(answer.text)[:LONGEST_ANSWER]
        deltas = _apply_to_order(order, current)
        update((current, PAYMENT_FIELDS), *_keep_token(current, answer), (order, ORDER_FIELDS))
        _write_history(order, current, reason, by=by)
        if by:
            what = f"resolved manually as {current.get_status_display().lower()}"
            insert(payment_entry(order, what, current.amount, by=by))
        conclude_bill(order, current)
        add_to_totals(deltas)
        if any(delta.is_about_purchases for delta in deltas):
            billing_status.refresh([order.source_record.customer_id])
    return current


_payment = Prepared(lambda pk: Transaction.objects.select_related("pay_source", "sale", "by").filter(pk=pk))


def _write_history(order: Order, payment: Transaction, reason: str, *, by: User | None) -> None:
    is_declined = payment.status != TransactionStatus.SUCCESS
    purchase = _refunded_purchase(payment)
    messages = [_sentence(payment, is_about_purchase=purchase is not None)]
    values: dict[str, Value] = {"purchase": history.purchase(purchase)} if purchase else {}
    values |= {
        "amount": sentences.money(payment.amount, payment.currency),
        "card": str(payment.pay_source) if payment.pay_source else sentences.word(UNKNOWN_PAYMENT_METHOD),
    }
    if payment.answer and (is_declined or by):
        messages.append("{answer}" if by else "Answer: {answer}")
        values["answer"] = payment.answer
    is_refunded = payment.kind == TransactionKind.REFUND and not is_declined
    event = EventKind.ORDER_REFUNDED if is_refunded else None
    history.write(order, "\n".join(messages), reason=reason, by=by or payment.by, event=event, **values)


def _sentence(payment: Transaction, *, is_about_purchase: bool) -> str:
    is_declined = payment.status != TransactionStatus.SUCCESS
    if is_about_purchase:
        return PURCHASE_DECLINED if is_declined else PURCHASE_REFUNDED
    successes = DONE_LATE if is_late(payment) else DONE
    return (DECLINED if is_declined else successes)[TransactionKind(payment.kind)]


def _refunded_purchase(payment: Transaction) -> Purchase | None:
    number = payment.adds.get("purchase")
    return Purchase.objects.filter(pk=number).select_related("product").first() if number else None


def _apply_to_order(order: Order, payment: Transaction) -> Collection[Delta]:
    if payment.kind not in MOVES_MONEY:
        return []
    if payment.status == TransactionStatus.SUCCESS:
        return apply_success(order, payment)
    if order.status == OrderStatus.PENDING:
        order.status = OrderStatus.DECLINED
    return []


def apply_success(order: Order, payment: Transaction) -> Collection[Delta]:
    """Make the order paid or refunded; return the deltas of the totals.

    An order cancelled meanwhile stays cancelled.
    """
    if payment.kind == TransactionKind.REFUND:
        if payment.sale and payment.sale.contradiction == Contradiction.EXTRA:
            return []
        amount = min(payment.amount, order.total - order.refunded)
        order.refunded += amount
        if order.status != OrderStatus.CANCELLED and order.refunded >= amount_paid(order.transactions.all(), order):
            order.status = OrderStatus.REFUNDED
        return list(deltas_of_refund(order, amount))
    if payment.adds:
        return list(add_line(order, payment))
    if order.status in (*COUNTED, OrderStatus.CANCELLED):
        return []
    order.status = OrderStatus.COMPLETE
    clear_lost(order.source_record, by=payment.by)
    return [*deltas_of_order(order), *_begin_purchases(order)]


def _begin_purchases(order: Order) -> Iterator[Delta]:
    """They are billed here from then on, unless the data source is billed elsewhere."""
    items = _lines_to_begin(order.pk)
    begun_here = bool(items) and not order.data_source.bills_elsewhere
    purchases = begin_purchases(order, items, begun_here=begun_here)
    for purchase in purchases:
        yield from deltas_of_purchase(purchase)
    yield from add_new_steps(purchases)
    OrderItem.objects.bulk_update(items, ["purchase"])


_lines_to_begin = Prepared(
    lambda order: OrderItem.objects.filter(order=order, kind=ItemKind.SUBSCRIPTION, purchase=None).select_related(
        "product"
    )
)


def _keep_token(payment: Transaction, answer: Answer) -> Iterator[Change]:
    """Put the token on the card of the payment, for the caller to write."""
    if answer.token and payment.pay_source and not payment.pay_source.token:
        payment.pay_source.token = answer.token.value
        payment.pay_source.gateway_customer = answer.token.gateway_customer
        yield payment.pay_source, ("encrypted_token", "gateway_customer")
