"""What a row says otherwise than the order or subscription that is here under its ID, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orders.imports.rows.imported_row import ImportedRow, IncomingSubscription
from orders.intake.order import IncomingOrder
from orders.intake.take import differences
from orders.models import Order, Purchase

STAYS = "{what} is already here and differs in {fields}. It stays as it is."


def differences_of(row: ImportedRow, bought: Order | Purchase) -> str:
    """A sentence fit to show; "" if the row says the same."""
    if isinstance(bought, Order):
        fields = list(_of_order(bought, row.order)) if row.order else []
        return _sentence(f"Order {bought.number}", fields)
    fields = list(_of_subscription(bought, row.subscription)) if row.subscription else []
    return _sentence(f"Subscription {bought.external_id}", fields)


def refusal_of(order: Order, incoming: IncomingOrder) -> str:
    return _sentence(f"Order {order.number}", differences(order, incoming))


def _sentence(what: str, names: Sequence[str]) -> str:
    return STAYS.format(what=what, fields=", ".join(name.replace("_", " ") for name in names)) if names else ""


def _of_order(order: Order, incoming: IncomingOrder) -> Iterator[str]:
    """Beside what makes it another one: what may have become of it meanwhile, here or there."""
    if incoming.status != order.status:
        yield "status"
    if incoming.refunded != order.refunded:
        yield "refunded"


def _of_subscription(purchase: Purchase, incoming: IncomingSubscription) -> Iterator[str]:
    for name in ("price", "currency", "quantity", "status"):
        if getattr(purchase, name) != getattr(incoming, name):
            yield name
    if incoming.product not in (purchase.product.name, purchase.product.sku):
        yield "product"
