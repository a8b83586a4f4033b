"""Billing status: Active over Past Due over Cancelled, from the purchases of all of a customer's records."""

from collections.abc import Collection

from django.db.models import Sum

from customers.models import BillingStatus, Customer, RecordTotals

BY_PRIORITY = (
    ("purchases_active", BillingStatus.ACTIVE),
    ("purchases_past_due", BillingStatus.PAST_DUE),
    ("purchases_cancelled", BillingStatus.CANCELLED),
)


def refresh(customers: Collection[int]) -> list[str]:
    """Make the billing status of the locked `customers` what their purchases say; name what was not."""
    totals = RecordTotals.objects.filter(source_record__customer__in=customers)
    sums = totals.values_list("source_record__customer").annotate(*(Sum(name) for name, _ in BY_PRIORITY))
    status_of: dict[int, str] = {
        pk: next((status for (_, status), count in zip(BY_PRIORITY, counts, strict=True) if count), "")
        for pk, *counts in sums
    }
    wrong = []
    for customer in Customer.objects.filter(pk__in=customers):
        if customer.billing_status != status_of.get(customer.pk, ""):
            customer.billing_status = status_of.get(customer.pk, "")
            wrong.append(customer)
    Customer.objects.bulk_update(wrong, ["billing_status"])
    return [f"billing status of customer {customer.pk}" for customer in wrong]
