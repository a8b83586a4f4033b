"""A night in which the gateway had charged another amount, as Reconciliation and Home show it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from orders.models import DifferenceKind, Order, PaymentDifference, Reconciliation, Transaction, TransactionStatus
from orders.payments.sandbox import SandboxGateway
from orders.reconciliation.compare import GatewaySide, difference

DAYS = 3
MISTYPED = Decimal("1.00")


def add_reconciliation(orders: Sequence[Order], *, today: date) -> None:
    """The sandbox knows no amounts, so what it would have said is made up."""
    days = [
        Reconciliation(day=today - timedelta(days=back), gateway=SandboxGateway.name, is_listed=True, compared=4)
        for back in range(1, DAYS + 1)
    ]
    latest, *_ = Reconciliation.objects.bulk_create(days)
    payment = Transaction.objects.filter(status=TransactionStatus.SUCCESS, order__in=orders).latest("at", "pk")
    there = GatewaySide(
        TransactionStatus.SUCCESS, payment.gateway_reference, payment.amount + MISTYPED, payment.currency
    )
    row: PaymentDifference = difference(DifferenceKind.AMOUNT, payment, there)
    row.reconciliation = latest
    row.save()
