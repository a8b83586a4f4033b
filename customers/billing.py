"""Billing status: Active over Past Due over Cancelled, from the purchases of all of a customer's records."""

from collections.abc import Collection

from django.db.models import Sum

from customers.models import BillingStatus, Customer, RecordTotals

BY_PRIORITY = {
    "purchases_active": BillingStatus.ACTIVE,
    "purchases_past_due": BillingStatus.PAST_DUE,
    "purchases_cancelled": BillingStatus.CANCELLED,
}


def refresh(customers: Collection[int]) -> list[str]:
    """Make the billing status of the locked `customers` what their purchases say; name what was not."""
    totals = RecordTotals.objects.filter(source_record__customer__in=customers).values("source_record__customer")
    sums = {row["source_record__customer"]: row for row in totals.annotate(**{n: Sum(n) for n in BY_PRIORITY})}
    wrong = []
    for customer in Customer.objects.filter(pk__in=customers):
        row = sums.get(customer.pk, {})
        status = next((status for name, status in BY_PRIORITY.items() if row.get(name)), "")
        if customer.billing_status != status:
            customer.billing_status = status
            wrong.append(customer)
    Customer.objects.bulk_update(wrong, ["billing_status"])
    return [f"billing status of customer {customer.pk}" for customer in wrong]
