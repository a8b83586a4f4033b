"""Fulfillments of some orders, in every state."""

from collections.abc import Sequence
from datetime import timedelta

from orders.models import Fulfillment, FulfillmentStatus, Order, OrderStatus

EVERY = 3
ON_THE_WAY = (
    FulfillmentStatus.SHIPPED,
    FulfillmentStatus.SHIPPED,
    FulfillmentStatus.PENDING,
    FulfillmentStatus.HOLD,
    FulfillmentStatus.FAILED,
)
CARRIERS = ("DHL", "UPS", "FedEx")
NOT_SENT = (FulfillmentStatus.PENDING, FulfillmentStatus.HOLD, FulfillmentStatus.CANCELLED)


def add_fulfillments(orders: Sequence[Order]) -> None:
    """`orders` are oldest first; every third gets a fulfillment. The last 30 may still be on their way."""
    Fulfillment.objects.bulk_create(
        _fulfillment(order, nth, is_recent=nth > len(orders) - 30)
        for nth, order in enumerate(orders)
        if nth % EVERY == 0
    )


def _fulfillment(order: Order, nth: int, *, is_recent: bool) -> Fulfillment:
    status = _status(order, nth, is_recent=is_recent)
    fulfillment = Fulfillment(source_record_id=order.source_record_id, order=order, at=order.at, status=status)
    if status not in NOT_SENT:
        fulfillment.carrier = CARRIERS[nth // EVERY % len(CARRIERS)]
        fulfillment.tracking_number = f"JD{5_500_000_000 + 77 * nth}"
        fulfillment.shipped_at = order.at + timedelta(days=1)
    if status in (FulfillmentStatus.RETURNED, FulfillmentStatus.RMA_PENDING):
        fulfillment.rma_number = f"RMA-{1000 + nth}"
    if status == FulfillmentStatus.RETURNED:
        fulfillment.returned_at = order.at + timedelta(days=12)
    return fulfillment


def _status(order: Order, nth: int, *, is_recent: bool) -> FulfillmentStatus:
    if order.status == OrderStatus.REFUNDED:
        return FulfillmentStatus.RETURNED
    if is_recent:
        return ON_THE_WAY[nth // EVERY % len(ON_THE_WAY)]
    match nth // EVERY % 20:
        case 7:
            return FulfillmentStatus.RMA_PENDING
        case 13:
            return FulfillmentStatus.CANCELLED
        case _:
            return FulfillmentStatus.DELIVERED
