"""Deriving every cache about customers again, and naming what differed.

The functions are those that the acts use; after any history there should be nothing to name. Some customers at a time,
each time under the locks of the acts, in their order and for one short transaction: others may work meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence

from django.db import transaction

from customers.lib.batches import BATCH, batches
from customers.locks import lock
from customers.models import Customer, MergeMember, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.profile.derive import refresh_profiles
from customers.records import match_keys, ownership, shared_values
from customers.totals import billing_status

OfRecords = Callable[[Sequence[int]], list[str]]


def rebuild(totals: OfRecords) -> Iterator[str]:
    """Put right owners, profiles, records, match keys, billing status, shared values; a line for each that was not.

    `totals` does that for what the orders of some records add up to, on which billing status stands.
    """
    yield from _owners()
    for pks in _stretches(Customer.objects.all()):
        yield from _caches(pks, totals)
    yield from shared_values.rebuild()


def _stretches(customers: CustomerQuerySet) -> Iterator[list[int]]:
    last = 0
    while pks := list(customers.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield pks
        last = pks[-1]


@transaction.atomic
def _caches(customers: Sequence[int], totals: OfRecords) -> list[str]:
    lock(customers)
    differed = refresh_profiles(customers)
    # Read under the lock: until it is given back none of them moves, and none is added.
    records = list(SourceRecord.objects.filter(customer__in=customers).select_related("origin").order_by("pk"))
    for batch in batches(records):
        differed += match_keys.refresh(batch)
    for batch in batches(records):
        differed += totals([record.pk for record in batch])
    return differed + billing_status.refresh(customers)


def _owners() -> Iterator[str]:
    for customer, stored, derived in ownership.misplaced_customers():
        yield f"merged_into of customer {customer}: {stored}, not {derived}"
        _put_back({pk for pk in (customer, stored, derived) if pk})
    retired = MergeMember.objects.filter(undone_at=None).values("duplicate")
    for heads in _stretches(Customer.objects.exclude(pk__in=retired)):
        if moved := _gather(heads):
            yield f"owner of {moved} records"


@transaction.atomic
def _put_back(customers: set[int]) -> None:
    ownership.refresh(list(lock(customers)))


@transaction.atomic
def _gather(heads: Sequence[int]) -> int:
    """Give the records of all behind `heads` to them; count those moved. Who was merged meanwhile is passed over."""
    return ownership.refresh([pk for pk, customer in lock(heads).items() if customer.merged_into_id is None])
