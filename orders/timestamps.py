"""An order has changed when something that is shown with it did: a purchase of its lines, or a parcel.

Whoever keeps a copy of orders asks for those changed since (`updated`), and gets rows with all of that in them. Only
the time is written; the customer of the orders is locked, as by all that changes them.
"""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from orders.models import Order, OrderItem, Purchase

Shown = tuple[str, object]


def shown_values(purchase: Purchase) -> Shown:
    """What a line shows of the purchase that it bills."""
    return purchase.status, purchase.next_bill_date


def touch_order(pk: int) -> None:
    Order.objects.filter(pk=pk).update(updated=timezone.now())


def touch_orders_of(purchases: Collection[Purchase]) -> None:
    """Those with a line of any of the `purchases`."""
    if purchases:
        lines = OrderItem.objects.filter(purchase__in=purchases)
        Order.objects.filter(pk__in=lines.values("order")).update(updated=timezone.now())
