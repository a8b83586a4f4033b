"""What became of a parcel, as the fulfillment house tells: shipped, delivered, returned, cancelled.

A parcel that has left needs the number by which it is followed; one that comes back, the number of its return.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.locks import RetiredMeanwhileError
from orders import history
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
OVER = (FulfillmentStatus.CANCELLED, FulfillmentStatus.DELIVERED, FulfillmentStatus.RETURNED)


class FulfillmentError(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True)
class FulfillmentUpdate:
    """What is told of a parcel; what is blank was not told, and stays."""

    status: FulfillmentStatus
    carrier: str = ""
    method: str = ""
    tracking_number: str = ""
    rma_number: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    returned_at: datetime | None = None


@transaction.atomic
def update_fulfillment(fulfillment: Fulfillment, news: FulfillmentUpdate, *, by: User | None) -> Fulfillment:
    try:
        lock_owner(fulfillment.source_record)
        current = Fulfillment.objects.select_for_update(of=("self",)).select_related("order").get(pk=fulfillment.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise FulfillmentError("This fulfillment was deleted a moment ago.") from None
    return _write(current, news, by=by)


@transaction.atomic
def update_fulfillments_of(order: Order, news: FulfillmentUpdate, *, by: User | None) -> list[Fulfillment]:
    """The same of every parcel of `order` that is still on its way; an order without one gets its first."""
    try:
        lock_owner(order.source_record)
        parcels = list(Fulfillment.objects.select_for_update(of=("self",)).filter(order=order).order_by("pk"))
    except RetiredMeanwhileError:
        raise FulfillmentError("This order was deleted a moment ago.") from None
    open_ones = [each for each in parcels if each.status not in OVER or each.status == news.status]
    if not parcels and order.status not in COUNTED:
        raise FulfillmentError(f"This order is {order.get_status_display().lower()}, so it has no fulfillments.")
    if parcels and not open_ones:
        raise FulfillmentError("All fulfillments of this order are closed. Send the ID of one of them.")
    return [
        _write(each, news, by=by) for each in open_ones or [Fulfillment(order=order, source_record=order.source_record)]
    ]


def _write(parcel: Fulfillment, news: FulfillmentUpdate, *, by: User | None) -> Fulfillment:
    for name in ("carrier", "method", "tracking_number", "rma_number", "shipped_at", "delivered_at", "returned_at"):
        if told := getattr(news, name):
            setattr(parcel, name, told)
    _refuse_incomplete(parcel, news.status)
    before, parcel.status = parcel.status if parcel.pk else None, news.status
    if (date := DATES.get(news.status)) and getattr(parcel, date) is None:
        setattr(parcel, date, timezone.now())
    parcel.save()
    touch_order(parcel.order_id)
    if parcel.status != before:
        followed = f", {parcel.carrier} {parcel.tracking_number}".rstrip() if parcel.tracking_number else ""
        history.write(parcel.order, f"parcel {parcel.get_status_display().lower()}{followed}.", by=by)
    return parcel


def _refuse_incomplete(parcel: Fulfillment, status: FulfillmentStatus) -> None:
    if status == FulfillmentStatus.SHIPPED and not parcel.tracking_number:
        raise FulfillmentError("A shipped fulfillment needs a trackingNumber.")
    if status == FulfillmentStatus.RMA_PENDING and not parcel.rma_number:
        raise FulfillmentError("A pending return needs an rmaNumber.")
