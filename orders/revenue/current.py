"""The current MRR of customers, and since when they have been customers.

The MRR is that of `orders.revenue.movements`, for which only the last lines of each subscription are read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, RecordTotals
from orders.revenue.ledger import read_current_changes


@dataclass(frozen=True)
class MonthlyRevenue:
    """`amount` is in minor units."""

    currency: str
    amount: int = 0


def by_currency(customers: Collection[int], *, now: datetime | None = None) -> dict[int, dict[str, int]]:
    """{customer: {currency: MRR in minor units}}, without customers whose MRR is zero."""
    ledger = read_current_changes(customers, now=now)
    totals = {customer: ledger.series(customer).totals() for customer in ledger.changes}
    return {customer: amounts for customer, amounts in totals.items() if amounts}


def monthly_revenue_of(customers: Collection[int], *, now: datetime | None = None) -> dict[int, MonthlyRevenue]:
    """The MRR of each customer in one currency: the account's own, else that of the largest amount."""
    amounts = by_currency(customers, now=now)
    return {customer: _in_one_currency(amounts.get(customer, {})) for customer in customers}


def monthly_amounts_of(customer: Customer) -> list[str]:
    amounts = by_currency([customer.pk]).get(customer.pk, {})
    return [format_money(from_minor_units(amount, currency), currency) for currency, amount in sorted(amounts.items())]


def _in_one_currency(amounts: Mapping[str, int]) -> MonthlyRevenue:
    own = settings.DEFAULT_CURRENCY
    currency = own if own in amounts or not amounts else max(sorted(amounts), key=lambda name: amounts[name])
    return MonthlyRevenue(currency, amounts.get(currency, 0))


def customers_since(customers: Collection[int]) -> dict[int, datetime]:
    """{customer: time of the first order that counts}; customers without one are left out."""
    rows = RecordTotals.objects.filter(source_record__customer__in=customers, first_order_at__isnull=False)
    return dict(rows.values_list("source_record__customer").annotate(Min("first_order_at")))
