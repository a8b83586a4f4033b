"""A line that a payment adds to an order which is complete: kept with the payment, and written when that succeeds.

So a declined one never stood on the order, and one that nobody has answered does not stand there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orders.intake.order import IncomingLine
from orders.models import Order, OrderItem, OrderStatus, Product, Transaction
from orders.subscriptions.begin import begin_purchases
from orders.totals.deltas import Delta, deltas_between, deltas_of_order, deltas_of_purchase


@dataclass(frozen=True)
class AddedLine:
    """`tax` is of the line, on top of its amount and shipping."""

    line: IncomingLine
    tax: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.line.amount + self.line.shipping + self.tax

    def as_kept(self) -> dict[str, Any]:
        line = self.line
        return {
            "product": line.product.pk if line.product else None,
            "description": line.description,
            "quantity": line.quantity,
            "kind": line.kind,
            "amount": str(line.amount),
            "shipping": str(line.shipping),
            "tax": str(self.tax),
        }


def add_line(order: Order, payment: Transaction) -> Iterator[Delta]:
    """Write the line that `payment` paid for; `order`, which is to be saved, comes to as much more.

    Of one that was cancelled meanwhile nothing begins, but what was paid for it can be paid back.
    """
    kept = payment.adds
    shipping, tax = Decimal(kept["shipping"]), Decimal(kept["tax"])
    item = OrderItem(
        order=order,
        product=Product.objects.filter(pk=kept["product"]).first(),
        description=kept["description"],
        quantity=kept["quantity"],
        kind=kept["kind"],
        amount=Decimal(kept["amount"]),
        shipping=shipping,
    )
    before = list(deltas_of_order(order))
    order.total += payment.amount
    order.shipping += shipping
    order.tax += tax
    order.details = {**order.details, "upsells": order.details.get("upsells", 0) + 1}
    purchases = [] if order.status == OrderStatus.CANCELLED else begin_purchases(order, [item])
    item.save()
    yield from deltas_between(before, deltas_of_order(order))
    for purchase in purchases:
        yield from deltas_of_purchase(purchase)
