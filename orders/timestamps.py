"""The `updated` time of orders, by which API clients query orders changed since their last call.

The API shows an order with its parcels and the purchases of its lines, so a change of a parcel or purchase counts as a
change of the order. Callers hold the lock of the customer.
"""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from orders.models import Order, OrderItem, Purchase


def shown_values(purchase: Purchase) -> tuple[str, object]:
    return purchase.status, purchase.next_bill_date


def touch_order(pk: int) -> None:
    Order.objects.filter(pk=pk).update(updated=timezone.now())


def touch_orders_of(purchases: Collection[Purchase]) -> None:
    if purchases:
        lines = OrderItem.objects.filter(purchase__in=purchases)
        Order.objects.filter(pk__in=lines.values("order")).update(updated=timezone.now())
