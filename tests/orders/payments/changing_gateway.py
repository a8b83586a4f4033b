"""A gateway that says later what it did not say at first."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.test import override_settings

from orders.models import Order, Transaction, TransactionStatus
from orders.payments.gateway import Answer
from orders.payments.record_answer import record_answer
from orders.payments.sandbox import NEVER_RECEIVED
from tests.database import reloaded
from tests.factories import sale
from tests.recording_gateway import RecordingGateway, recording

MADE = Answer(TransactionStatus.SUCCESS, "Approved.", "sandbox-approves/late")


class ChangingGateway(RecordingGateway):
    """What it answers to a look-up is set by the test."""

    later = NEVER_RECEIVED

    def look_up(self, question):
        return ChangingGateway.later


@contextmanager
def changing() -> Iterator[type[ChangingGateway]]:
    with recording(), override_settings(PAYMENT_GATEWAY="tests.orders.payments.changing_gateway.ChangingGateway"):
        ChangingGateway.later = NEVER_RECEIVED
        yield ChangingGateway


def about(order: Order) -> Transaction:
    return order.transactions.latest("pk")


def make_contradicted(order: Order, *, kind: str = "SALE", recorded: str = "SOFT_DECLINE") -> Transaction:
    payment = about(order)
    paid = payment if kind == "REFUND" else None
    if paid:
        payment = Transaction.objects.get(pk=sale(order, recorded, amount=Decimal(3)).pk)
    Transaction.objects.filter(pk=payment.pk).update(kind=kind, status=recorded, sale=paid)
    late = Answer(TransactionStatus.SOFT_DECLINE, "Unknown.") if recorded == "SUCCESS" else MADE
    return record_answer(reloaded(payment), late)
