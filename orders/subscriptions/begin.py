"""The purchases that begin when an order counts: one for each line that subscribes and names none yet.

Not before: what was never paid for bills nobody again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta

from orders.models import ItemKind, Order, OrderItem, Product, Purchase

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def begin_purchases(order: Order, items: Sequence[OrderItem]) -> list[Purchase]:
    """The purchases of `order`, written; its `items` say which they begin, and are to be saved.

    For how long they pay they do not say: recurring revenue goes by the price of the purchase, which staff may change.
    """
    begun = [each for each in items if each.kind == ItemKind.SUBSCRIPTION and each.product and not each.purchase_id]
    purchases = [_of(order, item) for item in begun]
    for item, purchase in zip(begun, Purchase.objects.bulk_create(purchases), strict=True):
        item.purchase = purchase
    return purchases


def _of(order: Order, item: OrderItem) -> Purchase:
    product = item.product
    if product is None:
        raise ValueError("Only a line of a product begins a purchase.")
    return Purchase(
        source_record_id=order.source_record_id,
        order=order,
        at=order.at,
        product=product,
        quantity=item.quantity,
        price=item.amount,
        currency=order.currency,
        next_bill_date=next_bill_at(order.at, product).date(),
    )


def next_bill_at(at: datetime, product: Product) -> datetime:
    """When what was billed at `at` is billed again; the last of a month that is shorter."""
    count, unit = product.interval_count or 0, product.interval_unit
    if unit in DAYS:
        return at + timedelta(days=count * DAYS[unit])
    years, month = divmod(at.month - 1 + count * MONTHS[unit], 12)
    year = at.year + years
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
