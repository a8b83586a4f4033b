"""Deriving every cache about customers again, and naming what differed.

The functions are those that the acts use; after any history there should be nothing to name.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from customers import billing, keys, owners, profile
from customers.models import Customer, MergeMember, SourceRecord

CHUNK = 500

Item = TypeVar("Item")


def chunks(rows: Iterable[Item]) -> Iterator[list[Item]]:
    """The rows, a few at a time."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def rebuild() -> Iterator[str]:
    """Put right owners, profiles, home records, match keys and billing status; yield a line for each that was not."""
    yield from _owners()
    customers = Customer.objects.order_by("pk").values_list("pk", flat=True)
    for chunk in chunks(customers):
        yield from profile.refresh(chunk)
        yield from billing.refresh(chunk)
    records = SourceRecord.objects.select_related("origin").order_by("pk")
    for some in chunks(records):
        yield from keys.refresh(some)


def _owners() -> Iterator[str]:
    for customer, stored, derived in owners.misplaced_customers():
        yield f"merged_into of customer {customer}: {stored}, not {derived}"
        owners.refresh([customer])
    retired = MergeMember.objects.filter(undone_at=None).values("duplicate")
    for heads in chunks(Customer.objects.exclude(pk__in=retired).values_list("pk", flat=True)):
        if moved := owners.refresh(heads):
            yield f"owner of {moved} records"
