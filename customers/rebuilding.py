"""Deriving every cache about customers again, and naming what differed.

The functions are those that the acts use; after any history there should be nothing to name.
"""

from collections.abc import Iterator

from customers import billing, keys, owners, profile, sharing
from customers.chunks import chunks
from customers.models import Customer, MergeMember, SourceRecord


def rebuild() -> Iterator[str]:
    """Put right owners, profiles, records, match keys, billing status, shared values; a line for each that was not."""
    yield from _owners()
    customers = Customer.objects.order_by("pk").values_list("pk", flat=True)
    for chunk in chunks(customers):
        yield from profile.refresh(chunk)
        yield from billing.refresh(chunk)
    records = SourceRecord.objects.select_related("origin").order_by("pk")
    for some in chunks(records):
        yield from keys.refresh(some)
    yield from sharing.rebuild()


def _owners() -> Iterator[str]:
    for customer, stored, derived in owners.misplaced_customers():
        yield f"merged_into of customer {customer}: {stored}, not {derived}"
        owners.refresh([customer])
    retired = MergeMember.objects.filter(undone_at=None).values("duplicate")
    for heads in chunks(Customer.objects.exclude(pk__in=retired).values_list("pk", flat=True)):
        if moved := owners.refresh(heads):
            yield f"owner of {moved} records"
