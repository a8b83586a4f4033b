"""Acts at one moment, on connections of their own: one wins, the other is told why, and nothing is left between."""

from customers.models import Customer
from tests.factories import order


def customer(name: str, **identity) -> Customer:
    """Somebody whom the shop knows as `name`, with one order."""
    taken = order(external_id=name, deduplicate=False, first_name=name, email=f"{name}@reunite.cz", **identity)
    return taken.assigned.record.customer


def customers(names: str) -> list[Customer]:
    return [customer(name) for name in names.split()]
