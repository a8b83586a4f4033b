"""The line that an upsale adds to a complete order.

It is kept with the payment until that succeeds, so a declined or pending one is never on the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orders.intake.order import IncomingLine
from orders.models import Order, OrderItem, OrderStatus, Product, Purchase, Transaction
from orders.revenue.steps import add_new_steps
from orders.subscriptions.begin import begin_purchases
from orders.totals.deltas import Delta, deltas_between, deltas_of_order, deltas_of_purchase


@dataclass(frozen=True)
class AddedLine:
    """`tax` comes on top of the amount and shipping of the line."""

    line: IncomingLine
    tax: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.line.amount + self.line.shipping + self.tax

    def as_json(self) -> dict[str, Any]:
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


def is_same_line(line: Mapping[str, Any], addition: AddedLine) -> bool:
    """Whether `line`, as JSON, adds the same; the product may be called otherwise since."""
    return "product" in line and _comparable(line) == _comparable(addition.as_json())


def _comparable(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return (line["product"], line["quantity"], *(Decimal(line[name]) for name in ("amount", "shipping", "tax")))


def add_line(order: Order, payment: Transaction) -> Iterator[Delta]:
    """Write the line paid by `payment` and add it to `order`, for the caller to save; yield the deltas.

    In an order cancelled meanwhile no purchase begins, but the payment can be refunded.
    """
    line = payment.adds
    shipping, tax = Decimal(line["shipping"]), Decimal(line["tax"])
    item = OrderItem(
        order=order,
        product=Product.objects.filter(pk=line["product"]).first(),
        description=line["description"],
        quantity=line["quantity"],
        kind=line["kind"],
        amount=Decimal(line["amount"]),
        shipping=shipping,
    )
    before = list(deltas_of_order(order))
    order.total += payment.amount
    order.shipping += shipping
    order.tax += tax
    order.details = {**order.details, "upsells": order.details.get("upsells", 0) + 1}
    purchases = [] if order.status == OrderStatus.CANCELLED else _begin(order, item)
    item.save()
    yield from deltas_between(before, deltas_of_order(order))
    for purchase in purchases:
        yield from deltas_of_purchase(purchase)
    yield from add_new_steps(purchases)


def _begin(order: Order, item: OrderItem) -> list[Purchase]:
    return begin_purchases(order, [item], begun_here=not order.data_source.bills_elsewhere)
