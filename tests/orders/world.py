"""Orders that were paid or declined, and purchases, as tests of service actions need them."""

from decimal import Decimal

from customers.models import PaySource, RecordTotals
from orders.intake.order import IncomingPurchase
from orders.models import Order, Purchase, Transaction, TransactionKind, TransactionStatus
from orders.totals.add import rebuild_totals
from tests.factories import ProductFactory, order

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


def paid_order(*, token: str = APPROVES, **options) -> Order:
    placed = order(**{"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", **options}).order
    sale(placed, TransactionStatus.SUCCESS, token=token)
    return placed


def declined_order(status: str = TransactionStatus.SOFT_DECLINE, *, token: str = APPROVES, **options) -> Order:
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    placed = order(**{**who, "status": "DECLINED", **options}).order
    sale(placed, status, token=token, answer="Insufficient funds.")
    return placed


def subscription(status: str = "ACTIVE", *, currency: str = "USD", **values) -> Purchase:
    begun = IncomingPurchase(ProductFactory(), Decimal("9.90"), status)
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    made = order(purchases=[begun], currency=currency, total="9", **who).order.purchases.get()
    Purchase.objects.filter(pk=made.pk).update(**values)
    return again(made)


def again(row):
    """The row as it is in the database now."""
    return type(row).objects.get(pk=row.pk)


def check_totals() -> None:
    """What the roll-ups say is what rebuilding them would say."""
    assert rebuild_totals(list(RecordTotals.objects.values_list("source_record", flat=True).distinct())) == []
