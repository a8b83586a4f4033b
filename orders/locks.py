"""Locks on orders and on the customers who own their records.

Lock order: customers by primary key, then the order. Every act on an order or purchase takes the lock of its customer
first, so that a merge or an undo either comes before it or waits for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.database.lock_queues import wait_for
from customers.lib.errors import ActionError
from customers.locks import RetiredMeanwhileError, lock, retry_on, retry_when_moved
from customers.models import Customer, SourceRecord
from customers.records import ownership
from customers.statements.prepared import Prepared
from orders.models import Order, Transaction, TransactionKind, TransactionStatus

retry_when_taken = retry_on(IntegrityError, RetiredMeanwhileError, tries=5)
"""When another act takes the same order number, ID, request or person meanwhile, the next try draws another number and
finds the rest. Above the transaction of each act that makes orders, or rows that are made once."""

GATEWAY_TIMEOUT = timedelta(minutes=1)
"""Within this time the gateway may still be answering."""
CHARGE_UNDER_WAY = (
    "This order was charged a moment ago and the gateway has not answered yet. Look again in a minute. Until then,"
    " nothing else can be charged or refunded."
)
REFUND_UNDER_WAY = (
    "This order was refunded a moment ago and the gateway has not answered yet. Look again in a minute. Until then,"
    " nothing else can be charged or refunded."
)
CONTRADICTED = (
    "The gateway has given two different answers about a payment of this order. A user with “Can resolve pending"
    " payments” decides on the page of the order. Until then, nothing else can be charged or refunded."
)


class OrderError(ActionError):
    pass


class OrderDeletedError(OrderError):
    def __init__(self) -> None:
        super().__init__("This order was deleted a moment ago.")


def lock_owner(record: SourceRecord) -> Customer:
    """The customer of `record`, locked; the record cannot move until the transaction ends."""
    return lock_owners([record])[record.pk]


def lock_owners(records: Sequence[SourceRecord]) -> dict[int, Customer]:
    """{record: its customer, locked}; the records cannot move until the transaction ends."""
    as_read = [(record.pk, record.origin_id, record.origin_id != record.customer_id) for record in records]
    try:
        return _lock_owners(_chains(as_read))
    except RetiredMeanwhileError:
        return _lock_current_owners([record.pk for record in records])


@retry_when_moved
def _lock_current_owners(records: Collection[int]) -> dict[int, Customer]:
    chains = _chains(_origins(list(records)))
    if not chains.keys() >= set(records):
        raise RetiredMeanwhileError  # one was erased
    return _lock_owners(chains)


@transaction.atomic
def _lock_owners(chains: Mapping[int, Sequence[int]]) -> dict[int, Customer]:
    # The whole chain from origin to owner, because a purchase may end the lead status of each customer in it, and in
    # one statement, so that the locks are taken by primary key.
    customers = lock({pk for chain in chains.values() for pk in chain})
    if _chains(_origins(list(chains))) != chains:
        raise RetiredMeanwhileError
    return {record: customers[chain[-1]] for record, chain in chains.items()}


_origins = Prepared(
    lambda records: SourceRecord.objects.filter(pk__in=records).values_list("pk", "origin", "origin__merged_into")
)


def _chains(rows: Iterable[tuple[int, int, object]]) -> dict[int, list[int]]:
    """{record: the chain of merges from its origin on}; `rows` are (record, origin, whether that was merged)."""
    origins = {record: (origin, is_merged) for record, origin, is_merged in rows}
    # An origin that was never merged owns its record; only the others need another query.
    chains = ownership.merge_chains({origin for origin, is_merged in origins.values() if is_merged})
    return {record: chains.get(origin, [origin]) for record, (origin, _) in origins.items()}


@contextmanager
def locked_order(order: Order) -> Iterator[Order]:
    """The order, read again under its lock and that of its customer, in a transaction of its own."""
    with transaction.atomic(durable=True):
        try:
            lock_owner(order.source_record)
            current = wait_for([(Order._meta.label, order.pk)], lambda: _locked_orders(order.pk))
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise OrderDeletedError from None
        if not current:
            raise OrderDeletedError
        yield current[0]


_locked_orders = Prepared(
    lambda order: (
        Order.objects.select_for_update(no_key=True, of=("self",))
        .select_related("source_record", "campaign")
        .filter(pk=order)
    )
)


def refuse_pending(transactions: Iterable[Transaction]) -> None:
    """OrderError while it is not known what became of a payment: no answer, or two that contradict each other."""
    transactions = list(transactions)
    pending = next((payment for payment in transactions if payment.status == TransactionStatus.PENDING), None)
    if pending and pending.at > timezone.now() - GATEWAY_TIMEOUT:
        raise OrderError(REFUND_UNDER_WAY if pending.kind == TransactionKind.REFUND else CHARGE_UNDER_WAY)
    if pending:
        raise OrderError(
            "The gateway has not answered for this order yet. Reunite asks again every few minutes. Until then, nothing"
            " else can be charged or refunded."
        )
    if any(payment.is_undecided for payment in transactions):
        raise OrderError(CONTRADICTED)
