"""Orders as the intake takes them, and the customers that come of them."""

from decimal import Decimal

from django.utils import timezone

from customers.lib.identity import Identity
from customers.models import Customer
from orders.intake.match_customer import AssignedRecord
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.intake.take import TakenOrder, take_order
from orders.models import Order, TransactionStatus
from tests.factories.customers import DataSourceFactory
from tests.factories.payments import APPROVES, sale


def person(source="Shop", external_id="", **identity) -> IncomingCustomer:
    """Somebody as the data source `source` sends them."""
    options = {k: identity.pop(k) for k in ("deduplicate", "billing_address", "shipping_address") if k in identity}
    return IncomingCustomer(DataSourceFactory(name=source), Identity(**identity), external_id=external_id, **options)


def order(source="Shop", total="9.90", currency="USD", at=None, purchases=(), status="COMPLETE", **who) -> TakenOrder:
    """An order taken in from `who`, which is what `person` takes."""
    incoming = IncomingOrder(
        person(source, **who),
        Decimal(total),
        currency,
        at=at or timezone.now(),
        status=status,
        purchases=purchases,
    )
    return take_order(incoming)


def lead_of(who: IncomingCustomer) -> AssignedRecord:
    """What somebody who has not bought is found to be, as Import Lead takes them in."""
    return take_order(IncomingOrder(who, Decimal(0), "USD", status="PARTIAL")).assigned


def customer_with_order(**who) -> Customer:
    """A new customer who placed one order; deduplication is off."""
    taken = order(**{"deduplicate": False, "first_name": "Helena", "last_name": "Holý"} | who)
    return Customer.objects.get(pk=taken.assigned.record.customer_id)


def paid_order(*, token: str = APPROVES, **options) -> Order:
    placed = order(**{"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com", **options}).order
    sale(placed, TransactionStatus.SUCCESS, token=token)
    return placed


def declined_order(status: str = TransactionStatus.SOFT_DECLINE, *, token: str = APPROVES, **options) -> Order:
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    placed = order(**{**who, "status": "DECLINED", **options}).order
    sale(placed, status, token=token, answer="Insufficient funds.")
    return placed
