"""Locks, always in one order: advisory numbers, customers by primary key, shared values, totals by record.

The advisory locks are on what people are known by, before there is a row to lock: one intake of a person at a time. The
names are hashed to few numbers, and waited for in order, so that intakes that share several cannot deadlock. SQLite
needs none of them: its transactions are IMMEDIATE, one writer at a time.
"""

import zlib
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from django.db import connection, transaction

from customers.models import Customer
from customers.models.prepared import Prepared

MOST_TRIES = 20

NAMESPACE = 7701
NUMBERS = 1024

LOCK = f"SELECT pg_advisory_xact_lock({NAMESPACE}, n) FROM unnest(%s::int[]) AS n"  # noqa: S608 - a number of ours
REFUSED = f"SELECT n FROM unnest(%s::int[]) AS n WHERE NOT pg_try_advisory_xact_lock({NAMESPACE}, n)"  # noqa: S608
# Let go at once, which is only possible with the kind that belongs to the connection.
NUMBER_IS_FREE = (
    f"CASE WHEN pg_try_advisory_lock({NAMESPACE}, number) THEN pg_advisory_unlock({NAMESPACE}, number) ELSE false END"
)
"""Of a column `number`, whether no other act holds its lock at this moment."""

_locked = Prepared(lambda customers: Customer.objects.locked().filter(pk__in=customers))
_merged_into = Prepared(lambda customer: Customer.objects.filter(pk=customer).values_list("merged_into", flat=True))


class RetiredMeanwhileError(Exception):
    """The customer was merged or came back between finding it and locking it."""


def lock(customers: Collection[int]) -> dict[int, Customer]:
    """The customers, read again under the lock, by primary key."""
    return {customer.pk: customer for customer in _locked(list(customers))}


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


def chain_of(pk: int) -> list[int]:
    """The customer, the one it was merged into, and so on; the last is live."""
    chain = [pk]
    while (following := _merged_into(chain[-1])[0]) is not None:
        chain.append(following)
    return chain


def lock_chain(chain: Sequence[int], *others: int) -> dict[int, Customer]:
    """All of a `chain` that was read before, and `others`, locked.

    RetiredMeanwhileError when the chain changed before it was locked: start the transaction again, for the lock order.
    """
    locked = lock({*chain, *others})
    if [locked[customer].merged_into_id for customer in chain] != [*chain[1:], None]:
        raise RetiredMeanwhileError
    for customer, following in pairwise(chain):
        locked[customer].merged_into = locked[following]
    return locked


def lock_numbers(names: Iterable[str]) -> None:
    """Wait for the lock of each name, before any customer is locked, and hold it until the transaction ends."""
    _ask(LOCK, names)


def try_lock_numbers(names: Iterable[str]) -> set[str]:
    """Take the locks that are free, without waiting, and hold them; those of `names` that another act holds."""
    return _ask(REFUSED, names)


def number_of(name: str) -> int:
    return zlib.crc32(name.encode()) % NUMBERS


def _ask(sql: str, names: Iterable[str]) -> set[str]:
    """The names whose number the statement answers with."""
    numbers = {name: number_of(name) for name in names}
    if connection.vendor != "postgresql" or not numbers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(set(numbers.values()))])
        answered = {number for (number,) in cursor.fetchall()}
    return {name for name, number in numbers.items() if number in answered}
