"""A lead that comes back: it tells more about itself, or it buys.

A lead is an order that is PARTIAL; one that was declined may be completed again, with another card. What it does not
repeat stays as it was told. The source record learns what it did not know, so that the lead is recognised by it; a
profile is not changed.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from customers.lib.identity import Identity
from customers.models import SourceRecord
from customers.records import match_keys
from orders.intake.idempotency import order_made_by
from orders.intake.match_customer import Found
from orders.intake.order import IncomingOrder
from orders.intake.take import TakenOrder, Then, columns, ready, retried, sent_before, write
from orders.locks import OrderError, locked_order, refuse_pending
from orders.models import Order, OrderStatus

if TYPE_CHECKING:
    from crm.accounts.models import User

OPEN = (OrderStatus.PARTIAL, OrderStatus.DECLINED)


def update_lead(lead: Order, told: IncomingOrder) -> Order:
    """The lead with what it tells now."""
    with locked_order(lead) as current:
        if current.status != OrderStatus.PARTIAL:
            raise OrderError(f"Order {current.number} is {current.status}. Only a lead can be changed.")
        told = ready(_with_what_is_known(told, current))
        _learn(current.source_record, told.customer.identity)
        for name, value in columns(replace(told, at=current.at)).items():
            setattr(current, name, value)
        current.save()
    return current


def complete_lead(lead: Order, incoming: IncomingOrder, *, by: User | None, then: Then) -> TakenOrder:
    """The lead as the order that it becomes, or as it was made before by the same request."""
    return retried(lambda: _complete(lead, incoming, by=by, then=then))


def _complete(lead: Order, incoming: IncomingOrder, *, by: User | None, then: Then) -> TakenOrder:
    with locked_order(lead) as current:
        found = Found(current.source_record, "known")
        if before := _sent_before(incoming, current):
            return TakenOrder(before, found, is_repeat=True)
        _refuse_complete(current)
        incoming = ready(_with_what_is_known(incoming, current))
        _learn(current.source_record, incoming.customer.identity)
        current.items.all().delete()
        items = write(current, incoming, is_new=False, by=by)
        then(current)
        return TakenOrder(current, found, items)


def _sent_before(incoming: IncomingOrder, lead: Order) -> Order | None:
    """The order that this became before; an id that the lead itself has says nothing while it is one."""
    if incoming.request and (order := order_made_by(incoming.request)):
        return order
    before = sent_before(replace(incoming, request=None), lead.data_source)
    return None if before == lead and lead.status in OPEN else before


def _refuse_complete(order: Order) -> None:
    refuse_pending(order.transactions.all())
    if order.status not in OPEN:
        raise OrderError(f"Order {order.number} is {order.status}, so it cannot be completed.")


def _with_what_is_known(told: IncomingOrder, order: Order) -> IncomingOrder:
    """`told`, and what it does not repeat of itself as the order has it."""
    who = told.customer
    before = {name: getattr(order, name, "") for name in asdict(who.identity)}
    before["country"] = order.source_record.country
    identity = {name: value or before[name] for name, value in asdict(who.identity).items()}
    return replace(
        told,
        customer=replace(
            who,
            identity=Identity(**identity),
            billing_address=who.billing_address or order.billing_address,
            shipping_address=who.shipping_address or order.shipping_address,
        ),
        client_order_id=told.client_order_id or order.client_order_id or "",
        external_id=told.external_id or order.external_id or "",
        campaign=told.campaign or order.campaign,
        coupon_code=told.coupon_code or order.coupon_code,
        ip_address=told.ip_address or order.ip_address,
        details={**order.details, **told.details},
    )


def _learn(record: SourceRecord, identity: Identity) -> None:
    """Fill in what the record, whose customer is locked, does not know."""
    news = {name: value for name, value in asdict(identity).items() if value and not getattr(record, name)}
    if news:
        for name, value in news.items():
            setattr(record, name, value)
        record.save(update_fields=news.keys())
        match_keys.refresh([record])
