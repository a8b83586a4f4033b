"""The newest movements of a customer's recurring revenue, for the customer page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.lib.money import from_minor_units
from customers.models import Customer
from orders.models import Product
from orders.revenue.activities import activities_of
from orders.revenue.movements import Movement
from orders.revenue.of_customer import newest_movements

MOST_SHOWN = 10


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
    """Newest first."""
    moved = [(customer.pk, movement) for movement in newest_movements(customer.pk, limit=MOST_SHOWN)]
    return [RecentMovement(activity.movement, activity.plan) for activity in activities_of(moved)]
