"""The share that a purchase has in the orders that bill it: its lines, or a whole order that bills nothing else.

A whole order is refunded with its shipping and tax; they cannot be told apart where it has other lines.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, QuerySet

from orders.locks import OrderError
from orders.models import COUNTED, Order, OrderItem, Purchase, TransactionStatus


def last_paid_order(purchase: Purchase) -> Order:
    """OrderError if no paid order bills the purchase."""
    items = _items_of(purchase).filter(order__status__in=COUNTED, order__disabled_at=None)
    item = items.select_related("order__source_record").order_by("-order__at", "-order__pk").first()
    if item is None:
        raise OrderError("No paid order bills this purchase, so there is nothing to refund.")
    return item.order


def left_of_share(purchase: Purchase, order: Order) -> Decimal:
    """The share less what was refunded of it. Other refunds of `order` are not subtracted."""
    own = list(_items_of(purchase).filter(order=order))
    is_alone = len(own) == order.items.count()
    share = order.total if is_alone else sum((item.amount + item.shipping for item in own), Decimal())
    refunds = order.transactions.filter(status=TransactionStatus.SUCCESS, adds__purchase=purchase.pk)
    return share - sum((refund.amount for refund in refunds), Decimal())


def _items_of(purchase: Purchase) -> QuerySet[OrderItem]:
    # The lines of an order that was taken in together with its purchase do not name it.
    unnamed = Q(order=purchase.order_id, purchase=None, product=purchase.product_id)
    return OrderItem.objects.filter(Q(purchase=purchase) | unnamed)
