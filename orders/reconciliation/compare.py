"""What differs between a payment here and what the gateway says of it.

A decline is a decline, soft or hard, and a declined payment need not have reached the gateway. Amounts and currencies
are compared of payments that were made on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orders.models import DifferenceKind, PaymentDifference, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Answer, GatewayPayment

UNSETTLED = (TransactionStatus.SUCCESS, TransactionStatus.PENDING)
"""Of these the gateway should know something."""


@dataclass(frozen=True)
class GatewaySide:
    """What the gateway says of a payment, as far as it says it."""

    status: TransactionStatus
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""

    @classmethod
    def of_answer(cls, answer: Answer) -> GatewaySide:
        return cls(answer.status, answer.reference, answer.amount, answer.currency)

    @classmethod
    def of_listed(cls, listed: GatewayPayment) -> GatewaySide:
        return cls(listed.status, listed.reference, listed.amount, listed.currency)


def differences_of(payment: Transaction, there: GatewaySide) -> Iterator[PaymentDifference]:
    """A payment that is still pending here differs from every answer: it was not recorded."""
    was_made = there.status == TransactionStatus.SUCCESS
    if payment.status == TransactionStatus.PENDING or was_made != (payment.status == TransactionStatus.SUCCESS):
        yield difference(DifferenceKind.OUTCOME, payment, there)
        return
    if was_made and there.currency and there.currency != payment.currency:
        yield difference(DifferenceKind.CURRENCY, payment, there)
    if was_made and there.amount is not None and there.amount != payment.amount:
        yield difference(DifferenceKind.AMOUNT, payment, there)


def missing_there(payment: Transaction) -> Iterator[PaymentDifference]:
    if payment.status in UNSETTLED:
        yield PaymentDifference(kind=DifferenceKind.MISSING_THERE, **_here(payment))


def missing_here(listed: GatewayPayment) -> Iterator[PaymentDifference]:
    """What was declined there need not be known here."""
    if listed.status in UNSETTLED:
        yield PaymentDifference(
            kind=DifferenceKind.MISSING_HERE,
            at=listed.at,
            key=listed.key[:40],
            is_refund=listed.is_refund,
            **_there(GatewaySide.of_listed(listed)),
        )


def difference(kind: DifferenceKind, payment: Transaction, there: GatewaySide) -> PaymentDifference:
    return PaymentDifference(kind=kind, **_here(payment) | _there(there))


def _here(payment: Transaction) -> dict[str, Any]:
    return {
        "at": payment.at,
        "key": payment.uuid,
        "reference": payment.gateway_reference,
        "order_number": payment.order.number,
        "is_refund": payment.kind == TransactionKind.REFUND,
        "status_here": payment.status,
        "amount_here": payment.amount,
        "currency_here": payment.currency,
    }


def _there(there: GatewaySide) -> dict[str, Any]:
    said = {"status_there": there.status, "amount_there": there.amount, "currency_there": there.currency[:3]}
    return said | ({"reference": there.reference[:100]} if there.reference else {})
