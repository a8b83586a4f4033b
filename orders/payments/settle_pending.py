"""Asking again about what the gateway has not answered, or what nobody was there any more to hear.

It may run twice at once: both ask, which moves no money, and an answer is written down only where none was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from customers.lib.dates import format_day
from orders.models import Transaction, TransactionStatus
from orders.payments.gateway import Gateway, Question, configured_gateway
from orders.payments.gateway_request import require_gateway
from orders.payments.record_answer import LostAnswerError, record_answer

PATIENCE = timedelta(minutes=5)
LONG = timedelta(hours=24)
CHUNK = 100


def settle_pending() -> Iterator[Transaction]:
    """Each of those older than five minutes, as it is now: some may still be pending."""
    asked, until = require_gateway(), timezone.now() - PATIENCE
    last: Transaction | None = None
    while found := _after(last, asked, until):
        for payment in found:
            try:
                yield record_answer(payment, asked.look_up(question_about(payment)))
            except LostAnswerError:  # the customer was deleted meanwhile, so nobody wants to know
                continue
        last = found[-1]


def _after(last: Transaction | None, asked: Gateway, until: datetime) -> list[Transaction]:
    """The next that were asked of this gateway, oldest first."""
    waiting = Transaction.objects.filter(
        status=TransactionStatus.PENDING, at__lte=until, pay_source__gateway=asked.name
    )
    if last:
        waiting = waiting.filter(Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.pk))
    return list(waiting.select_related("order__source_record", "pay_source", "sale").order_by("at", "pk")[:CHUNK])


def is_overdue(payment: Transaction) -> bool:
    """Whether it has waited so long that a person should ask where the money is."""
    return payment.at <= timezone.now() - LONG


def pending_note(payment: Transaction) -> str:
    """What becomes of a payment without an answer, in sentences for who looks at its order."""
    keeper, ours = payment.pay_source.gateway if payment.pay_source else "", configured_gateway()
    if ours is None or keeper != ours.name:
        where = keeper or "the system that sent it"
        return f"Reunite cannot ask about this payment. Look for it in {where}. You can resolve it after a day."
    if is_overdue(payment):
        return (
            f"No answer since {format_day(payment.at)}. Look for {payment.uuid} in the console of {keeper}."
            " Then resolve the payment."
        )
    return "Reunite asks again every few minutes."


def question_about(payment: Transaction) -> Question:
    """What the gateway is asked about a request that was sent before."""
    card, sale = payment.pay_source, payment.sale
    return Question(
        payment.uuid,
        payment.amount,
        payment.currency,
        token=card.token if card else "",
        last_four=card.last_four if card else "",
        reference=sale.gateway_reference if sale else "",
    )
