"""Taking in a lead or an order: find or create its customer and write the order, in one transaction.

The same person or order sent twice at one moment is taken in once: an intake first locks the ids, email and phone of
both. For an order that was taken in before, the stored order is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.database.lost_connections import once_more_when_lost
from customers.lib.counting import Counted, count, count_after_commit
from customers.lib.errors import ActionError
from customers.lib.identity import Identity, identity_key
from customers.lib.secrets.digests import is_one_of
from customers.locks import lock_numbers
from customers.models import DataSource, Event, EventKind, SourceRecord
from customers.profile.lead_status import clear_lost
from customers.records import events as customer_events
from customers.statements.prepared import insert
from customers.totals import billing_status
from orders import events, history
from orders.intake.idempotency import RepeatedRequestError, key_of, order_made_by, refuse_erased
from orders.intake.match_customer import AssignedRecord, find_or_create, names_of
from orders.intake.order import IncomingOrder, clean_order, in_default_country, of_known_customer
from orders.intake.order_identity import record_of_identity, updated_by
from orders.locks import lock_owner, retry_when_taken
from orders.models import COUNTED, Order, OrderItem, Purchase
from orders.models.erased_id import name_of_order_id
from orders.order_numbers import new_order_number
from orders.revenue.counted import count_new
from orders.revenue.steps import new_steps
from orders.subscriptions.begin import begin_purchases
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_of_order, deltas_of_purchase, deltas_of_steps

if TYPE_CHECKING:
    from crm.accounts.models import User

WriteMore = Callable[[Order], None]

COMPARED = (
    *("first_name", "last_name", "company", "email", "phone", "billing_address", "shipping_address"),
    *("currency", "campaign", "coupon_code"),
)


@dataclass(frozen=True)
class TakenOrder:
    """`items` are empty if the lines were not written now. With `is_repeat` the order had been taken in before."""

    order: Order
    assigned: AssignedRecord
    items: Sequence[OrderItem] = ()
    is_repeat: bool = False


def take_order(incoming: IncomingOrder, *, by: User | None = None, write_more: WriteMore | None = None) -> TakenOrder:
    """The order of `incoming` and its customer; IntakeError when it cannot be stored.

    `write_more` writes further rows of a new order in the same transaction, which is then durable.
    """
    try:
        taken = _take_order(clean_order(incoming), by=by, write_more=write_more)
    except ActionError:
        count(Counted.INTAKE, "api", "refused")
        raise
    count_after_commit(Counted.INTAKE, "api", "repeat" if taken.is_repeat else taken.assigned.kind)
    return taken


@once_more_when_lost()
@retry_when_taken
def _take_order(incoming: IncomingOrder, *, by: User | None, write_more: WriteMore | None) -> TakenOrder:
    with transaction.atomic(durable=write_more is not None):
        source, names = incoming.customer.data_source, names_of_order(incoming)
        customer = in_default_country(incoming.customer)
        now = lock_numbers([*names_of(customer), *names])
        if before := sent_before(incoming, source):
            return TakenOrder(before, AssignedRecord(before.source_record, "known"), is_repeat=True)
        refuse_erased(names)
        known = AssignedRecord(incoming.record, "known") if incoming.record else None
        assigned = known or find_or_create(customer, by=by)
        if assigned.kind == "known":
            customer = of_known_customer(incoming.customer, assigned.record)
            _write_other_identity(assigned.record, customer.identity)
        # Not before the locks: who reads on from the time of another order has not come to this one yet.
        at = incoming.at or now
        incoming = incoming._replace(customer=customer, at=at)
        order = Order(number=new_order_number(), source_record=assigned.record, data_source=source)
        items = write(order, incoming, assigned, by=by)
        if write_more:
            write_more(order)
        return TakenOrder(order, assigned, items)


def _write_other_identity(record: SourceRecord, identity: Identity) -> None:
    """Match and find the customer by `identity` too. The order remains with the `record` that the sender named."""
    # Without a lock where nothing new was sent: an order of a known person waits for no merge.
    if identity_key(updated_by(record, identity)) != record.identity_key:
        lock_owner(record)
        # The profile stays: docs/merging.md, “Why a value shows on a customer, or does not”.
        record_of_identity(SourceRecord.objects.get(pk=record.pk), identity)


def ids_of(incoming: IncomingOrder) -> dict[str, str]:
    ids = {"external_id": incoming.external_id, "client_order_id": incoming.client_order_id}
    return {name: value for name, value in ids.items() if value}


def names_of_order(incoming: IncomingOrder) -> list[str]:
    """The names of its ids and its key: for advisory locks, and to recognise an erased order."""
    source = incoming.customer.data_source
    names = [name_of_order_id(pk, *sent) for pk in (source.pk, *source.former) for sent in ids_of(incoming).items()]
    return [*names, incoming.request.name] if incoming.request else names


def sent_before(incoming: IncomingOrder, source: DataSource) -> Order | None:
    """The order that the same request made before; RepeatedRequestError if another order has its key or an id."""
    if incoming.request and (order := order_made_by(incoming.request)):
        return order
    if order := order_with_id(incoming, source):
        refuse_other(order, incoming)
    return order


def refuse_other(order: Order, incoming: IncomingOrder) -> None:
    """RepeatedRequestError unless `incoming` says what `order` said that has the same id."""
    if not _is_same_request(order, incoming):
        raise RepeatedRequestError(
            f"Order {order.number} has this ID, but was sent with different values. Nothing was done."
        )


def _is_same_request(order: Order, incoming: IncomingOrder) -> bool:
    if order.sent_digest and incoming.sent:
        return is_one_of(order.sent_digest, incoming.sent)
    return not differences(order, incoming)


def differences(order: Order, incoming: IncomingOrder) -> list[str]:
    """The columns by which it is another order, of one that came without a digest.

    What is not sent again was taken from its lead.
    """
    values = columns(incoming)
    compared = {name: values[name] for name in COMPARED if values[name]}
    differing = [name for name, value in compared.items() if not _is_as_sent(order, name, value)]
    return differing if order.total == incoming.total else [*differing, "total"]


def _is_as_sent(order: Order, name: str, value: Any) -> bool:
    stored = getattr(order, name)
    if isinstance(value, dict) and "country" not in value:
        # That of the data source was filled in, which may have another by now.
        stored = {part: text for part, text in stored.items() if part != "country"}
    return bool(stored == value)


def order_with_id(incoming: IncomingOrder, source: DataSource) -> Order | None:
    if not (ids := ids_of(incoming)):
        return None
    known = Q.create([*ids.items()], connector=Q.OR)
    return Order.objects.select_related("source_record").filter(known, data_source=source).order_by("pk").first()


def write(order: Order, incoming: IncomingOrder, assigned: AssignedRecord, *, by: User | None) -> list[OrderItem]:
    """Fill `order` from `incoming` and save it with lines, history and totals; return the lines.

    The customer of an existing order is locked.
    """
    record = order.source_record
    for name, value in columns(incoming).items():
        setattr(order, name, value)
    entries = history.placed([order], is_new=assigned.is_new, by=by)
    order_events = [*_events(order, assigned)]
    if order.pk:
        order.save()
        insert(*entries, *order_events)
    else:
        insert(order, *entries, *order_events)
    items = [OrderItem(order=order, **vars(line)) for line in incoming.lines]
    purchases = _write_purchases(incoming, order)
    if order.status in COUNTED:
        purchases += begin_purchases(order, items)
    steps = new_steps(purchases)
    insert(*items, *steps, *([key_of(incoming.request, order)] if incoming.request else []))
    if assigned.may_be_lost and (purchases or order.status in COUNTED):
        clear_lost(record, by=by)
    changes = [*deltas_of_order(order), *(change for p in purchases for change in deltas_of_purchase(p))]
    changes += deltas_of_steps(steps)
    if purchases:
        # Billing status is the customer's, so the customer is locked before the totals are.
        owner = lock_owner(record)
        add_to_totals(changes)
        billing_status.refresh([owner.pk])
    else:
        add_to_totals(changes)
    return items


def _events(order: Order, assigned: AssignedRecord) -> Iterator[Event]:
    record = assigned.record
    if assigned.is_new:
        yield customer_events.created(record.customer_id, record=record.pk)
    elif assigned.kind == "match":
        yield customer_events.updated(record.customer_id, records=[record.pk])
    yield events.about(order, EventKind.ORDER_UPDATED if order.pk else EventKind.ORDER_CREATED)


def columns(incoming: IncomingOrder) -> dict[str, Any]:
    identity = {**vars(incoming.customer.identity)}
    del identity["country"]
    copied = (
        "campaign",
        "kind",
        "status",
        "currency",
        "total",
        "shipping",
        "tax",
        "discount",
        "refunded",
        "coupon_code",
    )
    return {
        **identity,
        **ids_of(incoming),
        **{name: getattr(incoming, name) for name in copied},
        "at": incoming.at or timezone.now(),
        "billing_address": incoming.customer.billing_address,
        "shipping_address": incoming.customer.shipping_address,
        "ip_address": incoming.ip_address,
        "details": dict(incoming.details),
        "sent_digest": incoming.sent[0] if incoming.sent else "",
    }


def _write_purchases(incoming: IncomingOrder, order: Order) -> list[Purchase]:
    about_order = {"source_record": order.source_record, "order": order, "at": order.at, "currency": order.currency}
    purchases = [count_new(Purchase(**about_order, **vars(purchase))) for purchase in incoming.purchases]
    insert(*purchases, *events.about_each(purchases, EventKind.SUBSCRIPTION_CREATED))
    return purchases
