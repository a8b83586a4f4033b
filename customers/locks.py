"""Locks, always in one order: advisory numbers, customers by primary key, shared values, totals by record.

The advisory locks are on what people are known by, before there is a row to lock: one intake of a person at a time. The
names are hashed to few numbers, and waited for in order, so that intakes that share several cannot deadlock. SQLite
needs none of them: its transactions are IMMEDIATE, one writer at a time.
"""

import zlib
from collections.abc import Collection, Iterable

from django.db import connection, transaction

from customers.models import Customer

MOST_TRIES = 20

NAMESPACE = 7701
NUMBERS = 1024

LOCK = "SELECT pg_advisory_xact_lock({0}, n) FROM unnest(%s::int[]) AS n"
REFUSED = "SELECT n FROM unnest(%s::int[]) AS n WHERE NOT pg_try_advisory_xact_lock({0}, n)"
# Let go at once, which is only possible with the kind that belongs to the connection.
HELD = (
    "SELECT n FROM unnest(%s::int[]) AS n WHERE NOT CASE"
    " WHEN pg_try_advisory_lock({0}, n) THEN pg_advisory_unlock({0}, n) ELSE false END"
)


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


def lock_numbers(names: Iterable[str]) -> None:
    """Wait for the lock of each name, before any customer is locked, and hold it until the transaction ends."""
    _ask(LOCK, names)


def try_lock_numbers(names: Iterable[str]) -> set[str]:
    """Take the locks that are free, without waiting, and hold them; those of `names` that another act holds."""
    return _ask(REFUSED, names)


def numbers_held_elsewhere(names: Iterable[str]) -> set[str]:
    """Those of `names` whose lock another act holds at this moment."""
    return _ask(HELD, names)


def _ask(sql: str, names: Iterable[str]) -> set[str]:
    """The names whose number the statement answers with."""
    numbers = {name: zlib.crc32(name.encode()) % NUMBERS for name in names}
    if connection.vendor != "postgresql" or not numbers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql.format(NAMESPACE), [sorted(set(numbers.values()))])
        answered = {number for (number,) in cursor.fetchall()}
    return {name for name, number in numbers.items() if number in answered}
