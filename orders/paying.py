"""Money through the gateway: written down as pending, asked for, and written down as it was answered.

Three steps and never one transaction, since nobody knows how long a gateway takes: (1) a Transaction is committed
PENDING, and its uuid is the gateway's key; (2) the gateway is asked; (3) its answer is committed, once, with all that
follows. Whatever breaks in between leaves it PENDING, and `orders.settling` asks again later. While one is pending
nothing else is charged or refunded for its order.

Steps 1 and 3 are durable: begun inside of another transaction they fail, so that the gateway is never asked in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from customers.locking import RetiredMeanwhileError
from customers.models import PaySource
from customers.money import shown
from customers.values import storable
from orders import gateway, recording, totals
from orders.gateway import Answer, Gateway
from orders.intake import lock_owner
from orders.models import COUNTED, Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.totals import Change

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_ANSWER = 200


class PaymentError(Exception):
    """Nothing was asked of the gateway; the message says why and what to do."""


def the_gateway() -> Gateway:
    found = gateway.current()
    if found is None:
        raise PaymentError("No payment gateway is set up here, so nothing can be charged or refunded.")
    return found


@contextmanager
def locked(order: Order) -> Iterator[Order]:
    """The order, read again under its lock and that of its customer, in a transaction of its own."""
    with transaction.atomic(durable=True):
        try:
            lock_owner(order.source_record)
            current = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=order.pk)
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise PaymentError("This order was deleted a moment ago.") from None
        yield current


def refuse_changed(order: Order, seen: str) -> None:
    """PaymentError when the order is no longer what somebody saw: so a second click does nothing."""
    if order.stamp != seen:
        raise PaymentError("This order has changed since you opened the page. This is how it stands now.")


def refuse_pending(transactions: Iterable[Transaction]) -> None:
    if any(each.status == TransactionStatus.PENDING for each in transactions):
        raise PaymentError(
            "The gateway has not answered about this order yet. It is asked again every few minutes; nothing else can"
            " be charged or refunded until then."
        )


def begin(
    order: Order,
    kind: TransactionKind,
    amount: Decimal,
    *,
    pay_source: PaySource | None,
    by: User | None,
    sale: Transaction | None = None,
    reason: str = "",
) -> Transaction:
    """Write down, pending, what is about to be asked about the locked `order`.

    The reason stands where the answer will, and goes into history with it.
    """
    return Transaction.objects.create(
        source_record_id=order.source_record_id,
        order=order,
        pay_source=pay_source,
        kind=kind,
        status=TransactionStatus.PENDING,
        amount=amount,
        currency=order.currency,
        sale=sale,
        by=by,
        answer=reason,
    )


def finish(payment: Transaction, answer: Answer) -> Transaction:
    """Write down what the gateway answered, once, whoever asked; no answer changes nothing."""
    if answer.status == TransactionStatus.PENDING:
        return payment
    with locked(payment.order) as order:
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
        if order.refunded >= paid(order.transactions.all(), order):
            order.status = OrderStatus.REFUNDED
        return list(totals.of_refund(order, amount))
    _keep_token(payment, answer)
    if order.status in COUNTED:
        return []
    order.status = OrderStatus.COMPLETE
    return list(totals.of_order(order))


def _keep_token(payment: Transaction, answer: Answer) -> None:
    """By which a card that was typed for this sale can be charged again."""
    if answer.token and payment.pay_source and not payment.pay_source.token:
        payment.pay_source.token = answer.token.value
        payment.pay_source.gateway_customer = answer.token.gateway_customer
        payment.pay_source.save(update_fields=["token", "gateway_customer"])


def paid(transactions: Iterable[Transaction], order: Order) -> Decimal:
    """What came in for the order, at most its total, whatever of it went back."""
    return min(order.total, sum((each.amount for each in transactions if is_payment(each, order)), Decimal()))


def is_payment(each: Transaction, order: Order) -> bool:
    return (
        each.kind in (TransactionKind.SALE, TransactionKind.CAPTURE)
        and each.status == TransactionStatus.SUCCESS
        and each.currency == order.currency
    )


def sentence(payment: Transaction) -> str:
    """What became of it, such as “3.00 USD refunded to VISA 4242.”"""
    amount = f"{shown(payment.amount, payment.currency)} {payment.currency}"
    card = f" to {payment.pay_source}" if payment.pay_source else ""
    is_refund = payment.kind == TransactionKind.REFUND
    if payment.status == TransactionStatus.SUCCESS:
        return f"{amount} {'refunded' if is_refund else 'charged'}{card}."
    return f"{'Refund' if is_refund else 'Charge'} of {amount}{card} declined. {payment.answer}"
