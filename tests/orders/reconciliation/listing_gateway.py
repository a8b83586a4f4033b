"""Gateways that say of payments what a test wants them to say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.test import override_settings

from orders.models import Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Answer, GatewayPayment, ListingError, Question
from orders.payments.sandbox import NO_ANSWER, SandboxGateway


class ListingGateway(SandboxGateway):
    """Lists `payments`, and fails after `breaks_off` of them."""

    payments: list[GatewayPayment] = []
    breaks_off: int | None = None
    then: Callable[[], object] = list

    def list_payments(self, since: datetime, until: datetime) -> Iterator[GatewayPayment]:
        for number, payment in enumerate(self.payments):
            if number == self.breaks_off:
                raise ListingError("The gateway broke off. Nothing was compared.")
            if since <= payment.at < until:
                yield payment
        type(self).then()


class LookUpGateway(SandboxGateway):
    """Answers by the key of the payment."""

    answers: dict[str, Answer] = {}

    def look_up(self, question: Question) -> Answer:
        return self.answers.get(question.key, NO_ANSWER)


class DeafGateway(SandboxGateway):
    can_look_up = False

    def look_up(self, question: Question) -> Answer:
        raise AssertionError("It was asked although it cannot look up.")


@contextmanager
def configured(gateway: type[SandboxGateway]) -> Iterator[type[SandboxGateway]]:
    ListingGateway.payments, ListingGateway.breaks_off, ListingGateway.then = [], None, list
    LookUpGateway.answers = {}
    with override_settings(PAYMENT_GATEWAY=f"{__name__}.{gateway.__name__}"):
        yield gateway


def listed(payment: Transaction, **values) -> GatewayPayment:
    """The payment as the gateway has it, if both agree."""
    status = TransactionStatus.SUCCESS if payment.status == "SUCCESS" else TransactionStatus.HARD_DECLINE
    is_refund = payment.kind == TransactionKind.REFUND
    same = GatewayPayment(
        payment.uuid, payment.gateway_reference, payment.at, status, payment.amount, payment.currency, is_refund
    )
    return replace(same, **values)


def unknown(at: datetime, **values) -> GatewayPayment:
    """A payment that was made in the console of the gateway."""
    return replace(GatewayPayment("", "console/7", at, TransactionStatus.SUCCESS, Decimal(5), "USD"), **values)
