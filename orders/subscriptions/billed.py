"""The orders of a purchase: the one that it began with, and those that billed it since.

The lines of an invoice say which purchase they bill. A shop's do not: its orders are those of the same record with the
same product. No index leads from a product to its orders, so only the newest of the record are looked through.
"""

from django.db.models import Exists, OuterRef

from orders.models import Order, OrderItem, OrderKind, Purchase

MOST_SHOWN, MOST_READ = 25, 500


def orders_of_purchase(purchase: Purchase) -> list[Order]:
    """The newest of them; the first, however old, is the last of the list."""
    since = Order.objects.filter(source_record=purchase.source_record_id, at__gt=purchase.at)
    looked_through = since.order_by("-at", "-pk").values("pk")[:MOST_READ]
    bills = OrderItem.objects.filter(order=OuterRef("pk"), product=purchase.product_id)
    billed = Order.objects.filter(Exists(bills), pk__in=looked_through, kind=OrderKind.RECURRING)
    if purchase.items.exists():
        billed = Order.objects.filter(pk__in=purchase.items.values("order"))
    renewals = billed.order_by("-at", "-pk")[:MOST_SHOWN]
    first = purchase.order
    return [*(order for order in renewals if order != first), *filter(None, [first])]
