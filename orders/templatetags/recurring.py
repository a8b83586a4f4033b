"""Recurring revenue on the page of a customer: customers know nothing of orders, so our templates ask for it here."""

from collections.abc import Sequence

from django import template

from customers.models import Customer
from orders.revenue import current
from orders.revenue.recent import RecentMovement, recent_movements

register = template.Library()


@register.simple_tag
def monthly_revenue(customer: Customer) -> str:
    """What the customer is worth a month, such as “59.90 USD, 10.00 EUR”; "" when that is nothing."""
    return ", ".join(current.monthly_amounts_of(customer))


@register.simple_tag
def newest_movements(customer: Customer) -> Sequence[RecentMovement]:
    return recent_movements(customer)
