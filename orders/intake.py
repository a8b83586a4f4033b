"""Taking in a lead or an order: its customer is found or made, and what came is written, in one transaction.

The same person, or the same order, sent twice at one moment is taken in once: an intake first locks what the person and
the order are known by. What was taken in before is answered with what it became.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers import advisory, billing, buying, locking
from customers.identity import Identity
from customers.models import Customer, HistoryEntry, HistoryKind, SourceRecord
from customers.money import shown
from orders import totals
from orders.associating import Found, find_or_create, names_of
from orders.incoming import Incoming, IncomingOrder, IntakeError, Line, Subscription, check_order, checked
from orders.models import COUNTED, Order, OrderItem, Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

__all__ = [
    "Found",
    "Identity",
    "Incoming",
    "IncomingOrder",
    "IntakeError",
    "Line",
    "Subscription",
    "Taken",
    "take_lead",
    "take_order",
]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Taken:
    """An order, where it belongs, and whether it had been taken in before."""

    order: Order
    found: Found
    is_repeat: bool = False


def take_order(incoming: IncomingOrder, *, by: User | None = None) -> Taken:
    """The order of `incoming` and its customer; IntakeError when it cannot be stored."""
    incoming = replace(incoming, customer=checked(incoming.customer))
    check_order(incoming)
    return _retried(lambda: _take_order(incoming, by=by))


def take_lead(incoming: Incoming, *, by: User | None = None) -> Found:
    """The source record of somebody who has not bought; IntakeError when it cannot be stored."""
    person = checked(incoming)
    return _retried(lambda: _take_lead(person, by=by))


def _retried(take: Callable[[], Result]) -> Result:
    """Once more from the start when somebody else took in the same thing at the same moment."""
    try:
        return take()
    except (IntegrityError, locking.RetiredMeanwhileError):
        return take()


@transaction.atomic
def _take_lead(incoming: Incoming, *, by: User | None) -> Found:
    advisory.lock(names_of(incoming))
    found = find_or_create(incoming, by=by)
    if found.rule == "new":
        _tell(found.record, HistoryKind.CREATED, "Customer created as a lead", at=timezone.now(), by=by)
    return found


@transaction.atomic
def _take_order(incoming: IncomingOrder, *, by: User | None) -> Taken:
    source = incoming.customer.data_source
    ids = {"external_id": incoming.external_id or None, "client_order_id": incoming.client_order_id or None}
    advisory.lock([*names_of(incoming.customer), *(f"order {source.pk} {n} {v}" for n, v in ids.items() if v)])
    for name, value in ids.items():
        before = Order.objects.filter(data_source=source, **{name: value}).first() if value else None
        if before:
            return Taken(before, Found(before.source_record, "known"), is_repeat=True)
    found = find_or_create(incoming.customer, by=by)
    if found.rule == "new":
        # At the time of the order, because that is where the story of somebody imported begins.
        _tell(found.record, HistoryKind.CREATED, "Customer created with an order", at=incoming.at, by=by)
    order = _write_order(incoming, found.record, ids)
    purchases = _write_purchases(incoming, order)
    text = f"Order {order.number} placed, {shown(order.total, order.currency)} {order.currency}"
    _tell(found.record, HistoryKind.ORDER, text, at=order.at, by=by)
    if purchases or order.status in COUNTED:
        buying.bought(found.record, by=by)
    changes = [*totals.of_order(order), *(change for p in purchases for change in totals.of_purchase(p))]
    if purchases:
        # Billing status is the customer's, so the customer is locked before the totals are.
        owner = lock_owner(found.record)
        totals.add(changes)
        billing.refresh([owner.pk])
    else:
        totals.add(changes)
    return Taken(order, found)


def _tell(record: SourceRecord, kind: HistoryKind, text: str, *, at: datetime, by: User | None) -> None:
    HistoryEntry.objects.create(source_record=record, kind=kind, text=text, at=at, by=by)


def _write_order(incoming: IncomingOrder, record: SourceRecord, ids: dict[str, str | None]) -> Order:
    identity = asdict(incoming.customer.identity)
    del identity["country"]
    order = Order.objects.create(
        source_record=record,
        data_source=incoming.customer.data_source,
        at=incoming.at,
        campaign=incoming.campaign,
        billing_address=incoming.customer.billing_address,
        shipping_address=incoming.customer.shipping_address,
        kind=incoming.kind,
        status=incoming.status,
        currency=incoming.currency,
        total=incoming.total,
        **identity,
        **ids,
    )
    OrderItem.objects.bulk_create(OrderItem(order=order, **vars(line)) for line in incoming.lines)
    return order


def _write_purchases(incoming: IncomingOrder, order: Order) -> list[Purchase]:
    return Purchase.objects.bulk_create(
        Purchase(
            source_record=order.source_record,
            order=order,
            at=order.at,
            currency=order.currency,
            **vars(subscription),
        )
        for subscription in incoming.subscriptions
    )


def lock_owner(record: SourceRecord) -> Customer:
    """The customer who owns `record`, locked; the record cannot move until the transaction ends.

    Locked with all from its origin on, because who buys may end the lead status of each: in one go, for the lock order.
    """
    for _ in range(locking.MOST_TRIES):
        try:
            with transaction.atomic():
                origin = SourceRecord.objects.values_list("origin", flat=True).get(pk=record.pk)
                locked, chain = locking.lock_chain(origin)
                owner = locked[chain[-1]]
                if not owner.records.filter(pk=record.pk, origin=origin).exists():
                    raise locking.RetiredMeanwhileError
                return owner
        except (SourceRecord.DoesNotExist, locking.RetiredMeanwhileError):
            continue
    raise locking.RetiredMeanwhileError
