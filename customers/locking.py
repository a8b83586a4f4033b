"""Locks, always in one order: advisory numbers, customers by primary key, totals by record."""

from collections.abc import Collection

from django.db import transaction

from customers.models import Customer

MOST_TRIES = 20


class RetiredMeanwhileError(Exception):
    """The customer was merged or came back between finding it and locking it."""


def lock(customers: Collection[int]) -> dict[int, Customer]:
    """The customers, read again under the lock, by primary key."""
    return {customer.pk: customer for customer in Customer.objects.locked().filter(pk__in=customers)}


def lock_live(pk: int) -> Customer:
    """The customer that `pk` leads to, locked and live (or erased).

    The lock on one that turns out to be retired is given back before the next is taken: held together out of order,
    they could deadlock with a merge.
    """
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                root = Customer.objects.select_related("merged_into").get(pk=pk).live_root()
                locked = Customer.objects.locked().get(pk=root.pk)
                if locked.merged_into_id is not None:
                    raise RetiredMeanwhileError
                return locked
        except RetiredMeanwhileError:
            continue
    raise RetiredMeanwhileError
