"""How the orders were paid: by card, sometimes at the second try, and a few of them paid back.

A refund changes neither how many orders count nor what they come to; it is told beside that.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from customers.models import PaySource
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.sandbox import SandboxGateway
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_of_refund

BRANDS = ("VISA", "MASTERCARD", "AMEX", "DISCOVER")
DECLINED_FIRST, PAID_BACK, PARTLY_PAID_BACK = 20, 50, 60
PART = Decimal("0.99")
APPROVES = "sandbox-approves"


def pay(orders: Iterable[Order]) -> None:
    """Write down what was paid for `orders`, given oldest first, and what was paid back."""
    cards = _cards(orders := list(orders))
    made = [
        each for nth, order in enumerate(orders, 1) for each in _transactions(order, cards[order.source_record_id], nth)
    ]
    refunds = {each.order_id: each for each in made if each.kind == TransactionKind.REFUND}
    Transaction.objects.bulk_create(made)
    _book([order for order in orders if order.pk in refunds], refunds)


def _cards(orders: Iterable[Order]) -> dict[int, PaySource]:
    """A card for each source record that ordered."""
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
            token=APPROVES,
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

    if nth % DECLINED_FIRST == 7:
        yield one(TransactionKind.SALE, TransactionStatus.SOFT_DECLINE, order.total, minutes=1)
    yield one(TransactionKind.SALE, TransactionStatus.SUCCESS, order.total, minutes=4)
    if nth % PAID_BACK == 11:
        yield one(TransactionKind.REFUND, TransactionStatus.SUCCESS, order.total, minutes=3000)
    elif nth % PARTLY_PAID_BACK == 33:
        yield one(TransactionKind.REFUND, TransactionStatus.SUCCESS, min(PART, order.total), minutes=5000)


def _book(orders: list[Order], refunds: dict[int, Transaction]) -> None:
    for order in orders:
        order.refunded = refunds[order.pk].amount
        if order.refunded == order.total:
            order.status = OrderStatus.REFUNDED
    Order.objects.bulk_update(orders, ["refunded", "status"])
    add_to_totals(change for order in orders for change in deltas_of_refund(order, order.refunded))
