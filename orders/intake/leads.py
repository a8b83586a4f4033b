"""Leads that come again: with more about themselves, or with an order.

A lead is an order with the status PARTIAL; a declined order can be completed again, with another card. Values that are
not sent again stay. New values fill gaps of the source record, so that the lead is matched by them; no profile changes.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from customers.lib.identity import Identity
from customers.models import SourceRecord
from customers.records import match_keys
from orders.intake.idempotency import order_made_by, refuse_erased
from orders.intake.match_customer import AssignedRecord
from orders.intake.order import IncomingOrder, clean_order
from orders.intake.take import (
    TakenOrder,
    WriteMore,
    columns,
    names_of_order,
    order_with_id,
    refuse_other,
    retry_when_taken_meanwhile,
    write,
)
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus

if TYPE_CHECKING:
    from crm.accounts.models import User

OPEN = (OrderStatus.PARTIAL, OrderStatus.DECLINED)


def update_lead(lead: Order, incoming: IncomingOrder) -> Order:
    with locked_order(lead) as current:
        if current.status != OrderStatus.PARTIAL:
            raise OrderError(f"Order {current.number} is {current.status}. Only a lead can be changed.")
        incoming = clean_order(_fill_from_order(incoming, current))
        _fill_record(current.source_record, incoming.customer.identity)
        for name, value in columns(replace(incoming, at=current.at)).items():
            setattr(current, name, value)
        current.save()
    return current


@retry_when_taken_meanwhile
def complete_lead(lead: Order, incoming: IncomingOrder, *, by: User | None, write_more: WriteMore) -> TakenOrder:
    """Turn the lead into the incoming order, or return the order that the same request made before."""
    with locked_order(lead) as current:
        assigned = AssignedRecord(current.source_record, "known")
        if before := _sent_before(incoming, current):
            return TakenOrder(before, assigned, is_repeat=True)
        _refuse_complete(current)
        incoming = clean_order(_fill_from_order(incoming, current))
        _fill_record(current.source_record, incoming.customer.identity)
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
    return replace(
        incoming,
        customer=replace(
            customer,
            identity=Identity(**identity),
            billing_address=customer.billing_address or order.billing_address,
            shipping_address=customer.shipping_address or order.shipping_address,
        ),
        client_order_id=incoming.client_order_id or order.client_order_id or "",
        external_id=incoming.external_id or order.external_id or "",
        campaign=incoming.campaign or order.campaign,
        coupon_code=incoming.coupon_code or order.coupon_code,
        ip_address=incoming.ip_address or order.ip_address,
        details={**order.details, **incoming.details},
    )


def _fill_record(record: SourceRecord, identity: Identity) -> None:
    """Fill empty fields of the record; its customer is locked."""
    new_values = {name: value for name, value in asdict(identity).items() if value and not getattr(record, name)}
    if new_values:
        for name, value in new_values.items():
            setattr(record, name, value)
        record.save(update_fields=new_values.keys())
        match_keys.refresh([record])
