"""Locks, always taken in one order: advisory locks, customers by primary key, shared values, totals by record.

An advisory lock is on a name, such as an email or an external id, before there is a row to lock: it lets one intake of
a person in at a time. Names are hashed to numbers and locked in their order, so that intakes that share several names
cannot deadlock. SQLite needs no advisory locks: its transactions are IMMEDIATE, with one writer at a time.

Every statement that may wait goes through `wait_for`, so that a lock which is held does not keep all threads.
"""

import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import wraps
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from customers.database.lock_queues import Key, wait_for
from customers.models import Customer
from customers.statements.among import array_of
from customers.statements.prepared import Prepared

MOST_TRIES = 20

NAMESPACE = 7701
NUMBERS = 2**20
"""So many that two strangers rarely have one number: an import chunk of 1,000 people has some 4,000 at a time."""

LOCK = f"SELECT count(pg_advisory_xact_lock({NAMESPACE}, n)), clock_timestamp() FROM unnest(%s::int[]) AS n"  # noqa: S608 - a number of ours
"""One row, with the time when all are locked."""
TRY_LOCK = f"SELECT n FROM unnest(%s::int[]) AS n WHERE NOT pg_try_advisory_xact_lock({NAMESPACE}, n)"  # noqa: S608 - as above
# Taken and released at once. Only a lock of the connection can be: one of the transaction lasts until its end.
NUMBER_IS_FREE = (
    f"CASE WHEN pg_try_advisory_lock({NAMESPACE}, number) THEN pg_advisory_unlock({NAMESPACE}, number) ELSE false END"
)
"""SQL: whether no transaction holds the lock of the column `number` at this moment. One statement, so that a pooler
which gives each transaction another session cannot come between the two."""

P = ParamSpec("P")
Result = TypeVar("Result")
Row = TypeVar("Row", bound=Model)

_locked = Prepared(lambda customers: Customer.objects.locked().filter(pk__in=customers))
_merged_into = Prepared(lambda customer: Customer.objects.filter(pk=customer).values_list("merged_into", flat=True))


class RetiredMeanwhileError(Exception):
    """The customer was merged or restored after it was read and before it was locked."""


def retry_on(*errors: type[Exception], tries: int = MOST_TRIES) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Call the decorated act again when it raises one of `errors`, at most `tries` times; then let the error out.

    Make the act a transaction (`@transaction.atomic` below), so that a failed try releases its locks before the next
    one. Locks on the wrong customers, kept while others are taken, could deadlock with a merge.
    """

    def decorate(act: Callable[P, Result]) -> Callable[P, Result]:
        @wraps(act)
        def act_with_retries(*args: P.args, **kwargs: P.kwargs) -> Result:
            for _ in range(tries - 1):
                try:
                    return act(*args, **kwargs)
                except errors:
                    continue
            return act(*args, **kwargs)

        return act_with_retries

    return decorate


retry_when_moved = retry_on(RetiredMeanwhileError)


def lock(customers: Collection[int]) -> dict[int, Customer]:
    """Read again under the lock, by primary key."""
    locked = wait_for(map(key_of_customer, customers), lambda: _locked(list(customers)))
    return {customer.pk: customer for customer in locked}


def key_of_customer(pk: int) -> Key:
    return (Customer._meta.label, pk)


def get_locked(rows: QuerySet[Row], pk: int) -> Row:
    """`rows.get(pk=pk)`, where `rows` are read under their locks."""
    return wait_for([(rows.model._meta.label, pk)], lambda: rows.get(pk=pk))


@retry_when_moved
@transaction.atomic
def lock_live(pk: int) -> Customer:
    """The customer that `pk` leads to, locked and live (or erased)."""
    root = Customer.objects.select_related("merged_into").get(pk=pk).live_root()
    locked = get_locked(Customer.objects.locked(), root.pk)
    if locked.merged_into_id is not None or not _leads_to(locked, pk):
        raise RetiredMeanwhileError
    return locked


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

    RetiredMeanwhileError when the chain changed before it was locked. Then the whole transaction has to start again:
    locking more customers now would break the lock order.
    """
    locked = lock({*chain, *others})
    if [locked[customer].merged_into_id for customer in chain] != [*chain[1:], None]:
        raise RetiredMeanwhileError
    for customer, following in pairwise(chain):
        locked[customer].merged_into = locked[following]
    return locked


def lock_numbers(names: Iterable[str]) -> datetime:
    """Wait for the locks of all `names`, and hold them until the transaction ends. Call it before locking customers.

    The time is that of the database, after the wait.
    """
    numbers = {number_of(name) for name in names}
    rows = wait_for((("number", number) for number in numbers), lambda: _run(LOCK, numbers))
    return next((time for _, time in rows), None) or timezone.now()


def try_lock_numbers(names: Iterable[str]) -> set[str]:
    """Take the locks that are free and hold them, without waiting; return the names that another act has locked."""
    numbers = {name: number_of(name) for name in names}
    locked_elsewhere = {number for (number,) in _run(TRY_LOCK, numbers.values())}
    return {name for name, number in numbers.items() if number in locked_elsewhere}


def number_of(name: str) -> int:
    return zlib.crc32(name.encode()) % NUMBERS


def _run(sql: str, numbers: Iterable[int]) -> list[Any]:
    locked = sorted(set(numbers))
    if connection.vendor != "postgresql" or not locked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [array_of(locked)])
        return list(cursor.fetchall())
