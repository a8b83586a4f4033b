"""Leads that come again: with more about themselves, or with an order.

A lead is an order with the status PARTIAL; a declined order can be completed again, with another card. Values that are
not sent again stay. The lead is matched and found by what is sent later (`order_identity.py`); no profile changes.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from customers.lib.identity import Identity
from customers.models import EventKind
from customers.statements.prepared import insert
from orders import events
from orders.intake.idempotency import order_made_by, refuse_erased
from orders.intake.match_customer import AssignedRecord
from orders.intake.order import IncomingOrder, clean_order, of_known_customer
from orders.intake.order_identity import is_of_other_person, record_of_identity
from orders.intake.take import (
    TakenOrder,
    WriteMore,
    columns,
    names_of_order,
    order_with_id,
    refuse_other,
    write,
)
from orders.locks import OrderError, locked_order, refuse_pending, retry_when_taken
from orders.models import Order, OrderStatus

if TYPE_CHECKING:
    from crm.accounts.models import User

OPEN = (OrderStatus.PARTIAL, OrderStatus.DECLINED)


def lead_for(order: Order, identity: Identity) -> Order | None:
    """`order`, or None if it is an open lead of somebody else than who was sent with its number."""
    known = Identity(
        order.first_name, order.last_name, order.company, order.email, order.phone, order.source_record.country
    )
    return None if order.status in OPEN and is_of_other_person(identity, than=known) else order


def update_lead(lead: Order, incoming: IncomingOrder) -> Order:
    with locked_order(lead) as current:
        if current.status != OrderStatus.PARTIAL:
            raise OrderError(f"Order {current.number} is {current.status}. Only a lead can be changed.")
        incoming = clean_order(_fill_from_order(incoming, current))
        current.source_record = record_of_identity(current.source_record, incoming.customer.identity)
        for name, value in columns(incoming._replace(at=current.at)).items():
            setattr(current, name, value)
        current.save()
        insert(events.about(current, EventKind.ORDER_UPDATED))
    return current


@retry_when_taken
def complete_lead(lead: Order, incoming: IncomingOrder, *, by: User | None, write_more: WriteMore) -> TakenOrder:
    """Turn the lead into the incoming order, or return the order that the same request made before."""
    with locked_order(lead) as current:
        if before := _sent_before(incoming, current):
            return TakenOrder(before, AssignedRecord(before.source_record, "known"), is_repeat=True)
        _refuse_complete(current)
        incoming = clean_order(_fill_from_order(incoming, current))
        record = record_of_identity(current.source_record, incoming.customer.identity)
        if current.status == OrderStatus.PARTIAL:
            current.source_record = record  # the payments of a declined order keep it where they are
        assigned = AssignedRecord(current.source_record, "known")
        current.items.all().delete()
        items = write(current, incoming, assigned, by=by)
        write_more(current)
        return TakenOrder(current, assigned, items)


def _sent_before(incoming: IncomingOrder, lead: Order) -> Order | None:
    if incoming.request and (order := order_made_by(incoming.request)):
        return order
    order = order_with_id(incoming, lead.data_source)
    # While the lead is open, an external id that it has itself does not make it a repeat.
    if order == lead and lead.status in OPEN:
        return None
    if order:
        refuse_other(order, incoming)
    else:
        refuse_erased(names_of_order(incoming))
    return order


def _refuse_complete(order: Order) -> None:
    refuse_pending(order.transactions.all())
    if order.status not in OPEN:
        raise OrderError(f"Order {order.number} is {order.status}, so it cannot be completed.")


def _fill_from_order(incoming: IncomingOrder, order: Order) -> IncomingOrder:
    customer = incoming.customer
    stored = {name: getattr(order, name, "") for name in asdict(customer.identity)}
    stored["country"] = order.source_record.country
    identity = {name: value or stored[name] for name, value in asdict(customer.identity).items()}
    customer = replace(
        customer,
        identity=Identity(**identity),
        billing_address=customer.billing_address or order.billing_address,
        shipping_address=customer.shipping_address or order.shipping_address,
    )
    return incoming._replace(
        customer=of_known_customer(customer, order.source_record),
        client_order_id=incoming.client_order_id or order.client_order_id or "",
        external_id=incoming.external_id or order.external_id or "",
        campaign=incoming.campaign or order.campaign,
        coupon_code=incoming.coupon_code or order.coupon_code,
        ip_address=incoming.ip_address or order.ip_address,
        details={**order.details, **incoming.details},
    )
