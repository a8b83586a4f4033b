"""Cancelling an order: what it subscribed to is billed no more, and what has not left the house stays there.

What was paid stays paid, so an order that counts goes on counting until it is refunded (`orders.payments.refund`):
only one that nobody paid becomes CANCELLED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.locks import RetiredMeanwhileError
from customers.totals import billing_status
from orders import history
from orders.locks import OrderDeletedError, OrderError, lock_owner, refuse_pending
from orders.models import COUNTED, ENDED, FulfillmentStatus, Order, OrderStatus
from orders.subscriptions.cancel import cancel_after_next_bill, end_purchase
from orders.subscriptions.change import PurchaseError
from orders.timestamps import touch_orders_of
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_new_status

if TYPE_CHECKING:
    from crm.accounts.models import User

IN_THE_HOUSE = (FulfillmentStatus.HOLD, FulfillmentStatus.PENDING)


class NothingToCancelError(OrderError):
    """There was nothing to cancel, so nothing was written."""

    def __init__(self, order: Order) -> None:
        said = {
            OrderStatus.CANCELLED: "This order is already cancelled.",
            OrderStatus.REFUNDED: "This order is already fully refunded.",
        }
        rest = "Nothing in this order is left to cancel. To return the payment, refund the order."
        super().__init__(said.get(OrderStatus(order.status), rest))


@transaction.atomic
def cancel_order(order: Order, *, reason: str, by: User | None) -> Order:
    """OrderError while a payment of it has no answer, and NothingLeftError when that would change nothing."""
    try:
        owner = lock_owner(order.source_record)
        current = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=order.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise OrderDeletedError from None
    refuse_pending(current.transactions.all())
    changes = _end_purchases(current, reason)
    parcels = current.fulfillments.filter(status__in=IN_THE_HOUSE)
    kept = parcels.update(status=FulfillmentStatus.CANCELLED, updated=timezone.now())
    is_paid = current.status in COUNTED
    if not (changes or kept) and (is_paid or current.status == OrderStatus.CANCELLED):
        raise NothingToCancelError(current)
    if not is_paid:
        current.status = OrderStatus.CANCELLED
    current.save(update_fields=["status", "updated"])
    history.write(current, f"cancelled. {reason}".strip(), by=by)
    if changes:
        add_to_totals(changes)
        billing_status.refresh([owner.pk])
    return current


@transaction.atomic
def cancel_order_after_next_bill(order: Order, *, reason: str, by: User | None) -> None:
    """What the order subscribed to is billed once more, and cancelled the day after; PurchaseError if any cannot be."""
    open_ones = list(order.purchases.exclude(status__in=ENDED).order_by("pk"))
    if not open_ones:
        raise PurchaseError("This order has no active purchases, so there is no next bill.")
    for purchase in open_ones:
        cancel_after_next_bill(purchase, reason=reason, by=by)


def _end_purchases(order: Order, reason: str) -> list[Delta]:
    """What that adds to the totals."""
    changes: list[Delta] = []
    for purchase in order.purchases.select_for_update(no_key=True, of=("self",)).exclude(status__in=ENDED):
        before = purchase.status
        end_purchase(purchase, reason=reason)
        purchase.save()
        touch_orders_of([purchase])
        changes += deltas_of_new_status(purchase, before)
    return changes
