"""Payments of the orders: by card, some after a first decline, a few of them refunded.

A refund changes neither the number of orders nor their total; it is a total of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from customers.lib.secrets.encryption import encrypt
from customers.models import PaySource
from customers.models.payment import TOKENS
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.sandbox import SandboxGateway
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_of_refund

BRANDS = ("VISA", "MASTERCARD", "AMEX", "DISCOVER")
DECLINED_FIRST_EVERY, REFUNDED_EVERY, PARTLY_REFUNDED_EVERY = 20, 50, 60
PARTIAL_REFUND = Decimal("0.99")
APPROVES = "sandbox-approves"


def add_payments(orders: Iterable[Order]) -> None:
    """`orders` are oldest first."""
    cards = _cards(orders := list(orders))
    transactions = [
        row for nth, order in enumerate(orders, 1) for row in _transactions(order, cards[order.source_record_id], nth)
    ]
    refunds = {row.order_id: row for row in transactions if row.kind == TransactionKind.REFUND}
    Transaction.objects.bulk_create(transactions)
    _record_refunds([order for order in orders if order.pk in refunds], refunds)


def _cards(orders: Iterable[Order]) -> dict[int, PaySource]:
    first = {order.source_record_id: order for order in reversed(list(orders))}
    cards = [
        PaySource(
            source_record_id=record,
            at=order.at,
            brand=BRANDS[record % len(BRANDS)],
            last_four=f"{(7919 * record + 1881) % 10_000:04}",
            expiry_month=record % 12 + 1,
            expiry_year=timezone.now().year - 1 + record % 6,
            gateway=SandboxGateway.name,
            gateway_customer=f"gw-{record}",
            encrypted_token=encrypt(APPROVES, purpose=TOKENS),
        )
        for record, order in sorted(first.items())
    ]
    return {card.source_record_id: card for card in PaySource.objects.bulk_create(cards)}


def _transactions(order: Order, card: PaySource, nth: int) -> Iterator[Transaction]:
    def one(kind: TransactionKind, status: TransactionStatus, amount: Decimal, *, minutes: int) -> Transaction:
        return Transaction(
            source_record_id=order.source_record_id,
            order=order,
            pay_source=card,
            at=order.at + timedelta(minutes=minutes),
            kind=kind,
            status=status,
            amount=amount,
            currency=order.currency,
            gateway_reference=f"{card.token}/{order.number}-{minutes}",
            answer="Insufficient funds" if status == TransactionStatus.SOFT_DECLINE else "Approved",
        )

    if nth % DECLINED_FIRST_EVERY == 7:
        yield one(TransactionKind.SALE, TransactionStatus.SOFT_DECLINE, order.total, minutes=1)
    yield one(TransactionKind.SALE, TransactionStatus.SUCCESS, order.total, minutes=4)
    if nth % REFUNDED_EVERY == 11:
        yield one(TransactionKind.REFUND, TransactionStatus.SUCCESS, order.total, minutes=3000)
    elif nth % PARTLY_REFUNDED_EVERY == 33:
        yield one(TransactionKind.REFUND, TransactionStatus.SUCCESS, min(PARTIAL_REFUND, order.total), minutes=5000)


def _record_refunds(orders: list[Order], refunds: dict[int, Transaction]) -> None:
    for order in orders:
        order.refunded = refunds[order.pk].amount
        if order.refunded == order.total:
            order.status = OrderStatus.REFUNDED
    Order.objects.bulk_update(orders, ["refunded", "status"])
    add_to_totals(change for order in orders for change in deltas_of_refund(order, order.refunded))
