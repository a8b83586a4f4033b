"""Orders as the intake takes them, and the customers that come of them."""

from decimal import Decimal

from django.utils import timezone

from customers.lib.identity import Identity
from customers.models import Customer, PaySource, SourceRecord
from orders.intake.match_customer import AssignedRecord
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder, IncomingPurchase
from orders.intake.take import TakenOrder, take_order
from orders.models import Campaign, Fulfillment, Membership, Order, OrderKind, Transaction, TransactionStatus
from orders.order_numbers import new_order_number
from tests.factories.customers import DataSourceFactory
from tests.factories.payments import APPROVES, sale
from tests.factories.products import ProductFactory


def person(source="Shop", external_id="", **identity) -> IncomingCustomer:
    """Somebody as the data source `source` sends them."""
    options = {k: identity.pop(k) for k in ("deduplicate", "billing_address", "shipping_address") if k in identity}
    return IncomingCustomer(DataSourceFactory(name=source), Identity(**identity), external_id=external_id, **options)


def order(
    source="Shop", total="9.90", currency="USD", at=None, purchases=(), status="COMPLETE", lines=(), shipping=0, **who
) -> TakenOrder:
    """An order taken in from `who`, which is what `person` takes."""
    incoming = IncomingOrder(
        person(source, **who),
        Decimal(total),
        currency,
        at=at,
        status=status,
        purchases=purchases,
        lines=lines,
        shipping=Decimal(shipping),
    )
    return take_order(incoming)


def order_row(record: SourceRecord, **values) -> Order:
    """An order that is not saved, with nothing of what an intake writes besides."""
    columns = {"at": timezone.now(), "kind": OrderKind.NEW_SALE, "currency": "USD", "total": 1} | values
    return Order(number=new_order_number(), source_record=record, data_source_id=record.data_source_id, **columns)


def lead_of(who: IncomingCustomer) -> AssignedRecord:
    """What somebody who has not bought is found to be, as Import Lead takes them in."""
    return take_order(IncomingOrder(who, Decimal(0), "USD", status="PARTIAL")).assigned


def lead(source="Shop", **who) -> AssignedRecord:
    return lead_of(person(source, **who))


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


def shipped_order(email="helena@example.com", **who) -> Order:
    """A paid order of a subscription, in a parcel, with a place in a club."""
    product = ProductFactory()
    who = {"first_name": "Helena", "last_name": "Holý", "email": email} | who
    placed = take_order(
        IncomingOrder(
            person(**who),
            Decimal("9.90"),
            "USD",
            campaign=Campaign.objects.get_or_create(name="Spring")[0],
            lines=[IncomingLine("Unlimited Monthly", Decimal("9.90"), 1, product)],
            purchases=[IncomingPurchase(product, Decimal("9.90"))],
        )
    ).order
    record = placed.source_record
    card = PaySource.objects.create(
        source_record=record, brand="VISA", last_four="4242", expiry_month=4, expiry_year=2031, token="t0k"
    )
    Transaction.objects.create(
        source_record=record,
        order=placed,
        pay_source=card,
        kind="SALE",
        status="SUCCESS",
        amount=placed.total,
        currency="USD",
        gateway_reference="REF1",
    )
    Fulfillment.objects.create(source_record=record, order=placed, carrier="USPS", tracking_number="TR1")
    Membership.objects.create(source_record=record, club="Gold", user_name="helena", purchase=placed.purchases.get())
    return placed
