"""Updating fulfillments (parcels) as the fulfillment house reports them: shipped, delivered, returned, cancelled.

A shipped parcel needs its tracking number, an awaited return its RMA number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.lib.errors import ActionError
from customers.locks import RetiredMeanwhileError, get_locked
from customers.models import EventKind
from customers.statements.prepared import insert
from orders import events, history
from orders.locks import lock_owner
from orders.models import COUNTED, Fulfillment, FulfillmentStatus, Order
from orders.timestamps import touch_order

if TYPE_CHECKING:
    from crm.accounts.models import User

DATES = {
    FulfillmentStatus.SHIPPED: "shipped_at",
    FulfillmentStatus.DELIVERED: "delivered_at",
    FulfillmentStatus.RETURNED: "returned_at",
}
CLOSED = (FulfillmentStatus.CANCELLED, FulfillmentStatus.DELIVERED, FulfillmentStatus.RETURNED)

SENTENCES = {
    FulfillmentStatus.HOLD: "Fulfillment of order {order} put on hold.",
    FulfillmentStatus.PENDING: "Fulfillment of order {order} pending.",
    FulfillmentStatus.SHIPPED: "Shipped order {order}.",
    FulfillmentStatus.DELIVERED: "Delivered order {order}.",
    FulfillmentStatus.CANCELLED: "Cancelled the fulfillment of order {order}.",
    FulfillmentStatus.RMA_PENDING: "Return of order {order} pending.",
    FulfillmentStatus.RETURNED: "Order {order} was returned.",
    FulfillmentStatus.FAILED: "Fulfillment of order {order} failed.",
}
TRACKING = "Tracking number: {tracking}"


NOT_SHIPPED = (FulfillmentStatus.HOLD, FulfillmentStatus.PENDING)


class FulfillmentError(ActionError):
    pass


@dataclass(frozen=True)
class FulfillmentUpdate:
    """A report about a parcel; a blank value does not change the stored one."""

    status: FulfillmentStatus
    carrier: str = ""
    method: str = ""
    tracking_number: str = ""
    rma_number: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    returned_at: datetime | None = None


@transaction.atomic
def update_fulfillment(fulfillment: Fulfillment, update: FulfillmentUpdate, *, by: User | None) -> Fulfillment:
    return _write(_locked(fulfillment), update, by=by)


def _locked(fulfillment: Fulfillment) -> Fulfillment:
    try:
        lock_owner(fulfillment.source_record)
        parcels = Fulfillment.objects.select_for_update(of=("self",)).select_related("order")
        return get_locked(parcels, fulfillment.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise FulfillmentError("This fulfillment was deleted a moment ago.") from None


@transaction.atomic
def update_fulfillments_of(order: Order, update: FulfillmentUpdate, *, by: User | None) -> list[Fulfillment]:
    """Update every open parcel of `order`; an order without a parcel gets its first."""
    try:
        lock_owner(order.source_record)
        parcels = list(Fulfillment.objects.select_for_update(of=("self",)).filter(order=order).order_by("pk"))
    except RetiredMeanwhileError:
        raise FulfillmentError("This order was deleted a moment ago.") from None
    # One that has the new status already may get a number or a date later.
    open_parcels = [parcel for parcel in parcels if parcel.status not in CLOSED or parcel.status == update.status]
    if not parcels and order.status not in COUNTED:
        raise FulfillmentError(f"This order is {order.status_in_words}, so it has no fulfillments.")
    if parcels and not open_parcels:
        raise FulfillmentError("All fulfillments of this order are closed. Send the ID of one of them.")
    first = Fulfillment(order=order, source_record=order.source_record)
    return [_write(parcel, update, by=by) for parcel in open_parcels or [first]]


@transaction.atomic
def cancel_unshipped(order: Order, *, by: User | None) -> list[Fulfillment]:
    """Cancel the parcels of `order` that were not shipped yet."""
    waiting = list(order.fulfillments.filter(status__in=NOT_SHIPPED).select_related("order").order_by("pk"))
    return [cancel_fulfillment(parcel, by=by) for parcel in waiting]


def refuse_cancelling(fulfillment: Fulfillment) -> None:
    if fulfillment.status not in NOT_SHIPPED:
        status = fulfillment.get_status_display().lower()
        raise FulfillmentError(f"This fulfillment is {status}, so it cannot be cancelled.")


@transaction.atomic
def cancel_fulfillment(fulfillment: Fulfillment, *, by: User | None) -> Fulfillment:
    current = _locked(fulfillment)
    refuse_cancelling(current)
    return _write(current, FulfillmentUpdate(FulfillmentStatus.CANCELLED), by=by)


def refuse_resending(fulfillment: Fulfillment) -> None:
    if fulfillment.status in NOT_SHIPPED:
        raise FulfillmentError("This fulfillment is still to be shipped, so there is nothing to resend.")
    if fulfillment.order.status not in COUNTED:
        raise FulfillmentError(f"This order is {fulfillment.order.status_in_words}. Nothing is resent.")


@transaction.atomic
def resend_fulfillment(fulfillment: Fulfillment, *, seen: int, by: User | None) -> Fulfillment:
    """Another parcel of the order, which waits to be shipped. `seen` is the newest that the user saw.

    A form that is sent twice resends once.
    """
    current = _locked(fulfillment)
    refuse_resending(current)
    newest = current.order.fulfillments.order_by("-pk").values_list("pk", flat=True)[0]
    if newest != seen:
        raise FulfillmentError("This order has another fulfillment since you opened the page. Look at it first.")
    parcel = Fulfillment(order=current.order, source_record=current.source_record, method=current.method)
    parcel.save()
    touch_order(current.order_id)
    history.write(current.order, "Resent the fulfillment of order {order}.", by=by)
    return parcel


def _write(parcel: Fulfillment, update: FulfillmentUpdate, *, by: User | None) -> Fulfillment:
    for name in ("carrier", "method", "tracking_number", "rma_number", "shipped_at", "delivered_at", "returned_at"):
        if value := getattr(update, name):
            setattr(parcel, name, value)
    _refuse_incomplete(parcel, update.status)
    before, parcel.status = parcel.status if parcel.pk else None, update.status
    if (date := DATES.get(update.status)) and getattr(parcel, date) is None:
        setattr(parcel, date, timezone.now())
    parcel.save()
    touch_order(parcel.order_id)
    if parcel.status == before:
        insert(events.about(parcel.order, EventKind.ORDER_UPDATED))
    else:
        _write_history(parcel, by=by)
    return parcel


def _write_history(parcel: Fulfillment, *, by: User | None) -> None:
    sentence = SENTENCES[FulfillmentStatus(parcel.status)]
    if parcel.tracking_number:
        tracking = f"{parcel.carrier} {parcel.tracking_number}".strip()
        history.write(parcel.order, f"{sentence}\n{TRACKING}", tracking=tracking, by=by)
    else:
        history.write(parcel.order, sentence, by=by)


def _refuse_incomplete(parcel: Fulfillment, status: FulfillmentStatus) -> None:
    if status == FulfillmentStatus.SHIPPED and not parcel.tracking_number:
        raise FulfillmentError("A shipped fulfillment needs a trackingNumber.")
    if status == FulfillmentStatus.RMA_PENDING and not parcel.rma_number:
        raise FulfillmentError("A pending return needs an rmaNumber.")
