"""Asking again about what the gateway has not answered, or what nobody was there any more to hear.

It may run twice at once: both ask, which moves no money, and an answer is written down only where none was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from orders import booking, paying
from orders.gateway import Gateway, Question
from orders.models import Transaction, TransactionStatus

PATIENCE = timedelta(minutes=5)
CHUNK = 100


def settle_pending() -> Iterator[Transaction]:
    """Each of those older than five minutes, as it is now: some may still be pending."""
    gateway, until = paying.the_gateway(), timezone.now() - PATIENCE
    last: Transaction | None = None
    while found := _after(last, gateway, until):
        for payment in found:
            try:
                yield booking.finish(payment, gateway.look_up(_question(payment)))
            except booking.LostAnswerError:  # the customer was deleted meanwhile, so nobody wants to know
                continue
        last = found[-1]


def _after(last: Transaction | None, gateway: Gateway, until: datetime) -> list[Transaction]:
    """The next that were asked of this gateway, oldest first."""
    waiting = Transaction.objects.filter(
        status=TransactionStatus.PENDING, at__lte=until, pay_source__gateway=gateway.name
    )
    if last:
        waiting = waiting.filter(Q(at__gt=last.at) | Q(at=last.at, pk__gt=last.pk))
    return list(waiting.select_related("order__source_record", "pay_source", "sale").order_by("at", "pk")[:CHUNK])


def _question(payment: Transaction) -> Question:
    card, sale = payment.pay_source, payment.sale
    return Question(
        payment.uuid,
        payment.amount,
        payment.currency,
        token=card.token if card else "",
        last_four=card.last_four if card else "",
        reference=sale.gateway_reference if sale else "",
    )
