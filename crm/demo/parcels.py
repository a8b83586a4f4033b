"""Records and shirts that go by post with some of the orders, in every state between here and the door."""

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


def send(orders: Sequence[Order]) -> None:
    """A parcel for every third of `orders`, given oldest first; the last 30 orders may still be on their way."""
    Fulfillment.objects.bulk_create(
        _parcel(order, nth, late=nth > len(orders) - 30) for nth, order in enumerate(orders) if nth % EVERY == 0
    )


def _parcel(order: Order, nth: int, *, late: bool) -> Fulfillment:
    status = _status(order, nth, late=late)
    parcel = Fulfillment(source_record_id=order.source_record_id, order=order, at=order.at, status=status)
    if status not in NOT_SENT:
        parcel.carrier = CARRIERS[nth // EVERY % len(CARRIERS)]
        parcel.tracking_number = f"JD{5_500_000_000 + 77 * nth}"
        parcel.shipped_at = order.at + timedelta(days=1)
    if status in (FulfillmentStatus.RETURNED, FulfillmentStatus.RMA_PENDING):
        parcel.rma_number = f"RMA-{1000 + nth}"
    if status == FulfillmentStatus.RETURNED:
        parcel.returned_at = order.at + timedelta(days=12)
    return parcel


def _status(order: Order, nth: int, *, late: bool) -> FulfillmentStatus:
    if order.status == OrderStatus.REFUNDED:
        return FulfillmentStatus.RETURNED
    if late:
        return ON_THE_WAY[nth // EVERY % len(ON_THE_WAY)]
    match nth // EVERY % 20:
        case 7:
            return FulfillmentStatus.RMA_PENDING
        case 13:
            return FulfillmentStatus.CANCELLED
        case _:
            return FulfillmentStatus.DELIVERED
