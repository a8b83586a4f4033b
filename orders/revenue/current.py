"""The current MRR of customers, and since when they have been customers.

The MRR is the sum of what the totals of source records have; only of purchases that are not counted there
(`counted.py`) lines are read, and of these only the last ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, RecordTotals
from orders.models import Purchase
from orders.revenue.ledger import read_last_changes


@dataclass(frozen=True)
class MonthlyRevenue:
    """`amount` is in minor units."""

    currency: str
    amount: int = 0


def by_currency(customers: Collection[int], *, now: datetime | None = None) -> dict[int, dict[str, int]]:
    """{customer: {currency: MRR in minor units}}, without customers whose MRR is zero."""
    now = now or timezone.now()
    totals: defaultdict[int, Counter[str]] = defaultdict(Counter)
    counted = RecordTotals.objects.filter(source_record__customer__in=customers).exclude(mrr=0)
    for customer, currency, amount in counted.values_list("source_record__customer", "currency", "mrr"):
        totals[customer][currency] += amount
    uncounted = Purchase.objects.filter(source_record__customer__in=customers, mrr_until__lte=now)
    ledger = read_last_changes(uncounted, now=now)
    for purchase in ledger.purchases.values():
        totals[purchase.source_record.customer_id][purchase.currency] -= purchase.mrr
    for customer in ledger.changes:
        totals[customer].update(ledger.series(customer).totals())
    amounts = {customer: {name: amount for name, amount in sums.items() if amount} for customer, sums in totals.items()}
    return {customer: sums for customer, sums in amounts.items() if sums}


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
