"""Deriving every cache about customers again, with a line for every difference.

It uses the functions that the acts use, so after any history there should be no lines. Each batch of customers is one
short transaction with the same locks as the acts, in the same order, so that users can work meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence

from django.db import transaction

from customers.lib.batches import BATCH, batches
from customers.locks import lock
from customers.matching import normal_forms
from customers.models import Customer, MergeMember, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.profile.derive import refresh_profiles
from customers.records import match_keys, ownership, shared_values
from customers.totals import billing_status

OfRecords = Callable[[Sequence[int]], list[str]]


def rebuild(totals: OfRecords) -> Iterator[str]:
    """Derive owners, profiles, match keys, billing status and shared values; a line for each that differed.

    Values that staff excluded or ignored get their normal form anew.

    `totals` does the same for the totals of records, before the billing status is derived from them.
    """
    yield from _owners()
    yield from normal_forms.renew_ignored_values()
    for pks in _batches(Customer.objects.all()):
        yield from _caches(pks, totals)
    yield from shared_values.rebuild()


def _batches(customers: CustomerQuerySet) -> Iterator[list[int]]:
    last = 0
    while pks := list(customers.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield pks
        last = pks[-1]


@transaction.atomic
def _caches(customers: Sequence[int], totals: OfRecords) -> list[str]:
    lock(customers)
    differed = refresh_profiles(customers)
    # Read under the lock: no record can be moved or added meanwhile.
    records = list(SourceRecord.objects.filter(customer__in=customers).select_related("origin").order_by("pk"))
    differed += normal_forms.renew_exclusions(records)
    for batch in batches(records):
        differed += match_keys.refresh(batch)
    for batch in batches(records):
        differed += totals([record.pk for record in batch])
    return differed + billing_status.refresh(customers)


def _owners() -> Iterator[str]:
    for customer, stored, derived in ownership.misplaced_customers():
        yield f"merged_into of customer {customer}: {stored}, not {derived}"
        _reset_owners({pk for pk in (customer, stored, derived) if pk})
    retired = MergeMember.objects.filter(undone_at=None).values("duplicate")
    for survivors in _batches(Customer.objects.exclude(pk__in=retired)):
        if moved := _gather(survivors):
            yield f"owner of {moved} records"


@transaction.atomic
def _reset_owners(customers: set[int]) -> None:
    ownership.refresh(list(lock(customers)))


@transaction.atomic
def _gather(survivors: Sequence[int]) -> int:
    # Customers that were merged meanwhile are left out.
    return ownership.refresh([pk for pk, customer in lock(survivors).items() if customer.merged_into_id is None])
