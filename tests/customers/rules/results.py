"""What a rule has done, for its tests."""

from customers.models import Customer
from customers.models.rule import RuleFinding
from tests.database import reloaded


def root_of(customer: Customer) -> int:
    return reloaded(customer).live_root().pk


def are_one(*customers: Customer) -> bool:
    return len({root_of(customer) for customer in customers}) == 1


def left() -> list[tuple[str, str]]:
    return [(finding.outcome, finding.reason) for finding in RuleFinding.objects.order_by("pk")]
