"""Locks, always in one order: advisory numbers, customers by primary key, shared values, totals by record."""

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

    The lock on one that turns out to be another is given back before the next is taken: held together out of order,
    they could deadlock with a merge.
    """
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                root = Customer.objects.select_related("merged_into").get(pk=pk).live_root()
                locked = Customer.objects.locked().get(pk=root.pk)
                if locked.merged_into_id is not None or not _leads_to(locked, pk):
                    raise RetiredMeanwhileError
                return locked
        except RetiredMeanwhileError:
            continue
    raise RetiredMeanwhileError


def _leads_to(root: Customer, pk: int) -> bool:
    return pk == root.pk or Customer.objects.select_related("merged_into").get(pk=pk).live_root().pk == root.pk


def lock_chain(pk: int, *others: int) -> tuple[dict[int, Customer], list[int]]:
    """(`pk`, all that it became part of and `others`, locked; the chain from `pk` to the live customer).

    RetiredMeanwhileError when the chain changed before it was locked: start the transaction again, for the lock order.
    """
    chain = [customer.pk for customer in Customer.objects.get(pk=pk).chain()]
    locked = lock({*chain, *others})
    if [customer.pk for customer in locked[pk].chain()] != chain:
        raise RetiredMeanwhileError
    return locked, chain
