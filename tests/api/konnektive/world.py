"""What a shop sold, as this dialect is asked about it."""

from decimal import Decimal

from customers.models import PaySource
from orders.intake.order import IncomingLine, IncomingOrder, IncomingPurchase
from orders.intake.take import take_order
from orders.models import Campaign, Fulfillment, Membership, Order, Transaction
from tests.factories import ProductFactory, person


def sold(email="helena@example.com", **who) -> Order:
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
