"""Recurring revenue on the customer page, whose views cannot import `orders`: our templates there ask for it."""

from collections.abc import Sequence

from django import template

from customers.models import Customer
from orders.revenue import current
from orders.revenue.recent import RecentMovement, recent_movements

register = template.Library()


@register.simple_tag
def monthly_revenue(customer: Customer) -> str:
    """Such as “59.90 USD, 10.00 EUR”; "" when it is zero."""
    return ", ".join(current.monthly_amounts_of(customer))


@register.simple_tag
def newest_movements(customer: Customer) -> Sequence[RecentMovement]:
    return recent_movements(customer)
