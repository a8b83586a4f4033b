"""The orders of a purchase: the one that it began with, and those of the same record that billed its product since."""

from django.db.models import Exists, OuterRef

from orders.models import Order, OrderItem, OrderKind, Purchase

MOST_SHOWN = 25


def orders_of(purchase: Purchase) -> list[Order]:
    """The newest of them; the first, however old, is the last of the list."""
    bills = OrderItem.objects.filter(order=OuterRef("pk"), product=purchase.product_id)
    since = Order.objects.filter(Exists(bills), source_record=purchase.source_record_id, at__gt=purchase.at)
    renewals = since.filter(kind=OrderKind.RECURRING).order_by("-at", "-pk")[:MOST_SHOWN]
    first = purchase.order
    return [*(order for order in renewals if order != first), *filter(None, [first])]
