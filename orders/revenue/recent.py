"""The newest movements of a customer's recurring revenue, as a page tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.money import from_minor_units
from customers.models import Customer
from orders.models import OrderItem, Product
from orders.revenue import ledger
from orders.revenue.movements import Movement

NEWEST, MOST_LINES = 10, 2_000
"""How many are told, and of how many lines at most they are worked out for a page."""


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
        """What the customer is worth a month from then on, in the same currency."""
        return from_minor_units(self.movement.total, self.movement.currency)


def recent_movements(customer: Customer) -> Sequence[RecentMovement]:
    """Newest first; none where too much was billed to work them out while somebody waits."""
    lines = OrderItem.objects.filter(purchase__source_record__customer=customer)
    if lines[MOST_LINES : MOST_LINES + 1].exists():
        return ()
    read = ledger.read([customer.pk])
    movements = read.series(customer.pk).movements[-NEWEST:]
    return [RecentMovement(movement, read.plan(movement.change)) for movement in reversed(movements)]
