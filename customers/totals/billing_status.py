"""Billing status: Active, Past Due or Cancelled, the first of these that a purchase of the customer has."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Sum

from customers.models import BillingStatus, Customer, RecordTotals
from customers.models.functions import Now
from customers.statements.prepared import Prepared

BY_PRIORITY = (
    ("purchases_active", BillingStatus.ACTIVE),
    ("purchases_past_due", BillingStatus.PAST_DUE),
    ("purchases_cancelled", BillingStatus.CANCELLED),
)
COUNTS = [count for count, _ in BY_PRIORITY]

_counted = Prepared(
    lambda customers: (
        Customer.objects.filter(pk__in=customers)
        .order_by()
        .annotate(**{f"sum_{name}": Sum(f"records__totals__{name}") for name in COUNTS})
        .values_list("pk", "billing_status", *(f"sum_{name}" for name in COUNTS))
    )
)

_of_records = Prepared(
    lambda records: RecordTotals.objects.filter(source_record__in=records).values_list("source_record", *COUNTS)
)


def refresh(customers: Collection[int]) -> list[str]:
    """Derive the billing status of the locked `customers`; a line for each that differed."""
    differed = []
    for pk, status, *counts in _counted(list(customers)):
        if status != status_of(counts):
            # With the time, by which it is found what the list filters by.
            Customer.objects.filter(pk=pk).update(billing_status=status_of(counts), updated=Now())
            differed.append(f"billing status of customer {pk}")
    return differed


def status_of(counts: Sequence[int | None]) -> str:
    """ "" when there are no purchases. `counts` are of active, past due and cancelled ones."""
    return next((status for (_, status), count in zip(BY_PRIORITY, counts, strict=False) if count), "")


def combined_status(customers: Iterable[Customer]) -> str:
    statuses = {customer.billing_status for customer in customers}
    return next((status for _, status in BY_PRIORITY if status in statuses), "")


def statuses_of_parts(parts: Mapping[int, Sequence[int]]) -> dict[int, str]:
    """{customer: billing status}, were the records of `parts`, {customer: records}, theirs."""
    counts_of: defaultdict[int, list[Sequence[int]]] = defaultdict(list)
    owner_of = {record: customer for customer, records in parts.items() for record in records}
    for record, *counts in _of_records(list(owner_of)):
        counts_of[owner_of[record]].append(counts)
    return {
        customer: status_of([sum(column) for column in zip(*counts_of[customer], strict=True)]) for customer in parts
    }
