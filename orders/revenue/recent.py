"""The newest movements of a customer's recurring revenue, for the customer page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.money import from_minor_units
from customers.models import Customer
from orders.models import OrderItem, Product, Purchase
from orders.revenue.ledger import read_changes
from orders.revenue.movements import Movement

MOST_SHOWN = 10
MOST_ROWS = 2_000  # of a customer with more lines or purchases no movements are derived while a page waits


@dataclass(frozen=True)
class RecentMovement:
    movement: Movement
    plan: Product

    @property
    def kind(self) -> str:
        return self.movement.type.label

    @property
    def amount(self) -> Decimal:
        return from_minor_units(self.movement.amount, self.movement.currency)

    @property
    def total(self) -> Decimal:
        return from_minor_units(self.movement.total, self.movement.currency)


def recent_movements(customer: Customer) -> Sequence[RecentMovement]:
    """Newest first; empty for a customer with too many lines or purchases."""
    purchases = Purchase.objects.filter(source_record__customer=customer)
    lines = OrderItem.objects.filter(purchase__source_record__customer=customer)
    if any(rows[MOST_ROWS : MOST_ROWS + 1].exists() for rows in (purchases, lines)):
        return ()
    ledger = read_changes([customer.pk])
    movements = ledger.series(customer.pk).movements[-MOST_SHOWN:]
    return [RecentMovement(movement, ledger.plan(movement.change)) for movement in reversed(movements)]
