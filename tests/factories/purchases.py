"""Purchases, as an order begins them."""

from decimal import Decimal

from orders.intake.order import IncomingPurchase
from orders.models import ItemKind, OrderItem, Purchase
from orders.payments.rerun import rerun_order
from tests.database import reloaded
from tests.factories.orders import declined_order, order
from tests.factories.payments import APPROVES
from tests.factories.products import ProductFactory


def subscription(status: str = "ACTIVE", *, currency: str = "USD", **values) -> Purchase:
    begun = IncomingPurchase(ProductFactory(), Decimal("9.90"), status)
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    made = order(purchases=[begun], currency=currency, total="9", **who).order.purchases.get()
    Purchase.objects.filter(pk=made.pk).update(**values)
    return reloaded(made)


def bought(token: str = APPROVES, **options) -> Purchase:
    """Begun by an order that the gateway charged, at the second attempt."""
    declined = declined_order(token=token, **options)
    OrderItem.objects.create(
        order=declined, product=ProductFactory(), kind=ItemKind.SUBSCRIPTION, amount=declined.total, description="Plan"
    )
    card = declined.transactions.get().pay_source
    rerun_order(declined, card.pk, seen=declined.stamp, by=None)
    return declined.purchases.get()
