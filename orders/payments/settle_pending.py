"""Asking the gateway again about payments without an answer, and for a day about those that it said it never received.

Two runs at once do no harm: asking moves no money, and an answer is recorded only while the payment is pending.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from customers.lib.dates import format_day
from customers.lib.pages import Cursor, compared_to
from customers.lib.phrases import isolated
from orders.locks import CONTRADICTED, OrderError
from orders.models import Order, Transaction, TransactionStatus
from orders.payments.gateway import Gateway, Question, configured_gateway
from orders.payments.gateway_request import require_gateway
from orders.payments.record_answer import LostAnswerError, record_answer

ASKED_AGAIN_AFTER = timedelta(minutes=5)
OVERDUE_AFTER = timedelta(hours=24)
BATCH = 100


def settle_pending() -> Iterator[Transaction]:
    """Look up the payments pending for five minutes or more; yield each, PENDING if still unanswered."""
    gateway, until = require_gateway(), timezone.now() - ASKED_AGAIN_AFTER
    last: Transaction | None = None
    while payments := _next_batch(last, gateway, until):
        for payment in payments:
            try:
                yield record_answer(payment, gateway.look_up(question_about(payment)))
            except LostAnswerError:  # the customer was deleted in the meantime
                continue
        last = payments[-1]
    yield from _contradicted(_declined_late(gateway), gateway)


def refuse_late_success(order: Order) -> None:
    """Ask again about payments of the order that were lost, before another is made; OrderError if one was made."""
    gateway = configured_gateway()
    if gateway and list(_contradicted(_declined_late(gateway).filter(order=order), gateway)):
        raise OrderError(CONTRADICTED)


def _declined_late(gateway: Gateway) -> QuerySet[Transaction]:
    """Payments declined within a day by a look-up or a user: those of which the gateway may yet say otherwise."""
    return Transaction.objects.filter(
        updated__gte=timezone.now() - OVERDUE_AFTER,
        updated__gt=F("at") + ASKED_AGAIN_AFTER,
        status=TransactionStatus.SOFT_DECLINE,
        pay_source__gateway=gateway.name,
    ).select_related("order__source_record", "pay_source", "sale")


def _contradicted(payments: QuerySet[Transaction], gateway: Gateway) -> Iterator[Transaction]:
    for payment in payments.order_by("updated", "pk"):
        answer = gateway.look_up(question_about(payment))
        if answer.status == TransactionStatus.SUCCESS:
            yield record_answer(payment, answer)


def _next_batch(last: Transaction | None, gateway: Gateway, until: datetime) -> list[Transaction]:
    pending = Transaction.objects.filter(
        status=TransactionStatus.PENDING, at__lte=until, pay_source__gateway=gateway.name
    )
    pending = pending.filter(compared_to(Cursor.of(last) if last else None, "gt"))
    return list(pending.select_related("order__source_record", "pay_source", "sale").order_by("at", "pk")[:BATCH])


def is_overdue(payment: Transaction) -> bool:
    return payment.at <= timezone.now() - OVERDUE_AFTER


def pending_note(payment: Transaction) -> str:
    keeper, gateway = gateway_name(payment), configured_gateway()
    if gateway is None or keeper != gateway.name:
        return (
            f"Reunite cannot ask {isolated(keeper)} about this payment. After a day, a user with “Can resolve pending"
            " payments” can record its outcome."
        )
    if is_overdue(payment):
        return (
            f"No answer since {format_day(payment.at)}. A user with “Can resolve pending payments” can look for"
            f" payment {payment.uuid} in the console of {isolated(keeper)} and record its outcome."
        )
    return "Reunite asks again every few minutes."


def gateway_name(payment: Transaction) -> str:
    return (payment.pay_source.gateway if payment.pay_source else "") or "the system that sent it"


def question_about(payment: Transaction) -> Question:
    card, sale = payment.pay_source, payment.sale
    return Question(
        payment.uuid,
        payment.amount,
        payment.currency,
        token=card.token if card else "",
        last_four=card.last_four if card else "",
        reference=sale.gateway_reference if sale else "",
    )
