"""Beginning purchases when an order is paid: one for each subscription line that has none yet.

Unpaid orders start no subscription.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from customers.lib.dates import months_after
from customers.models import EventKind
from customers.statements.prepared import insert
from orders import events
from orders.models import ItemKind, Order, OrderItem, Product, Purchase
from orders.revenue.counted import count_new

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def begin_purchases(order: Order, items: Sequence[OrderItem], *, begun_here: bool = False) -> list[Purchase]:
    """Write the purchases and link them to `items`, for the caller to save.

    `begun_here` says that our gateway has charged for them, and will for their next bills.
    """
    begun = purchases_to_begin(order, items)
    purchases = [purchase for _, purchase in begun]
    for purchase in purchases:
        purchase.begun_here = begun_here
    insert(*purchases, *events.about_each(purchases, EventKind.SUBSCRIPTION_CREATED))
    for item, purchase in begun:
        item.purchase = purchase
    return purchases


def purchases_to_begin(order: Order, items: Sequence[OrderItem]) -> list[tuple[OrderItem, Purchase]]:
    """Each line that begins one, and the purchase, not saved yet."""
    # The items get no service period: recurring revenue goes by the price of the purchase, which staff may change.
    return [
        (item, _purchase(order, item, item.product))
        for item in items
        if item.kind == ItemKind.SUBSCRIPTION and item.product and not item.purchase_id
    ]


def _purchase(order: Order, item: OrderItem, product: Product) -> Purchase:
    purchase = Purchase(
        source_record=order.source_record,
        order=order,
        at=order.at,
        product=product,
        quantity=item.quantity,
        price=item.amount,
        currency=order.currency,
        next_bill_date=next_bill_at(order.at, product).date(),
    )
    return count_new(purchase)


def next_bill_at(at: datetime, product: Product) -> datetime:
    """One billing interval after `at`."""
    count, unit = product.interval_count or 0, product.interval_unit
    if unit in DAYS:
        return at + timedelta(days=count * DAYS[unit])
    return months_after(at, count * MONTHS[unit])
