"""Cards, and sales that were asked of them."""

from customers.models import PaySource
from orders.models import Order, Transaction, TransactionKind, TransactionStatus

APPROVES = "sandbox-approves"


def card(of: Order, token: str = APPROVES, **values) -> PaySource:
    about = {"brand": "VISA", "last_four": "4242", "gateway": "Sandbox", "token": token, **values}
    return PaySource.objects.create(source_record=of.source_record, **about)


def sale(of: Order, status: str, *, token: str = APPROVES, **values) -> Transaction:
    """What was asked of a card of the order."""
    about = {"pay_source": card(of, token), "amount": of.total, "currency": of.currency, **values}
    if status == TransactionStatus.SUCCESS:
        about.setdefault("gateway_reference", f"{token}/1")
    return Transaction.objects.create(
        source_record=of.source_record, order=of, kind=TransactionKind.SALE, status=status, **about
    )
