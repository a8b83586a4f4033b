"""What customers bring in: recurring revenue a month, and since when they have been customers.

Recurring revenue is that of `orders.revenue.movements`, of which only the last lines of each subscription are read
here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, RecordTotals
from orders.revenue import ledger


@dataclass(frozen=True)
class MonthlyRevenue:
    """An amount a month, in minor units."""

    currency: str
    amount: int = 0


def by_currency(customers: Collection[int], *, now: datetime | None = None) -> dict[int, dict[str, int]]:
    """{customer: {currency: minor units a month}} of those who are worth anything."""
    read = ledger.read_current(customers, now=now)
    totals = {customer: read.series(customer).totals() for customer in read.changes}
    return {customer: of for customer, of in totals.items() if of}


def monthly_revenue_of(customers: Collection[int], *, now: datetime | None = None) -> dict[int, MonthlyRevenue]:
    """Of each customer, where only one currency can be told: the account's own, else that of the largest amount."""
    found = by_currency(customers, now=now)
    return {customer: _chosen(found.get(customer, {})) for customer in customers}


def monthly_amounts_of(customer: Customer) -> list[str]:
    """What `customer` is worth a month in each currency, as it is read."""
    found = by_currency([customer.pk]).get(customer.pk, {})
    return [format_money(from_minor_units(amount, currency), currency) for currency, amount in sorted(found.items())]


def _chosen(of: Mapping[str, int]) -> MonthlyRevenue:
    own = settings.DEFAULT_CURRENCY
    currency = own if own in of or not of else max(sorted(of), key=lambda each: of[each])
    return MonthlyRevenue(currency, of.get(currency, 0))


def customers_since(customers: Collection[int]) -> dict[int, datetime]:
    """{customer: when the first of their orders that count was placed}; without those who have none."""
    rows = RecordTotals.objects.filter(source_record__customer__in=customers, first_order_at__isnull=False)
    return dict(rows.values_list("source_record__customer").annotate(Min("first_order_at")))
