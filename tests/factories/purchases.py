"""Purchases, as an order begins them."""

from decimal import Decimal

from orders.intake.order import IncomingPurchase
from orders.models import Purchase
from tests.database import reloaded
from tests.factories.orders import order
from tests.factories.products import ProductFactory


def subscription(status: str = "ACTIVE", *, currency: str = "USD", **values) -> Purchase:
    begun = IncomingPurchase(ProductFactory(), Decimal("9.90"), status)
    who = {"first_name": "Helena", "last_name": "Holý", "email": "hholy@gmail.com"}
    made = order(purchases=[begun], currency=currency, total="9", **who).order.purchases.get()
    Purchase.objects.filter(pk=made.pk).update(**values)
    return reloaded(made)
