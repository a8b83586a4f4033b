"""Cancelling an order: its purchases end, and parcels that were not shipped yet are cancelled.

A paid order stays COMPLETE and counts until it is refunded (`orders.payments.refund`). Only an unpaid order becomes
CANCELLED.
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

NOT_SHIPPED = (FulfillmentStatus.HOLD, FulfillmentStatus.PENDING)


class NothingToCancelError(OrderError):
    def __init__(self, order: Order) -> None:
        messages = {
            OrderStatus.CANCELLED: "This order is already cancelled.",
            OrderStatus.REFUNDED: "This order is already fully refunded.",
        }
        otherwise = "Nothing in this order is left to cancel. To return the payment, refund the order."
        super().__init__(messages.get(OrderStatus(order.status), otherwise))


@transaction.atomic
def cancel_order(order: Order, *, reason: str, by: User | None) -> Order:
    """NothingToCancelError when that would change nothing; OrderError while a payment is pending."""
    try:
        owner = lock_owner(order.source_record)
        current = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=order.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise OrderDeletedError from None
    refuse_pending(current.transactions.all())
    deltas = _end_purchases(current, reason)
    parcels = current.fulfillments.filter(status__in=NOT_SHIPPED)
    cancelled_parcels = parcels.update(status=FulfillmentStatus.CANCELLED, updated=timezone.now())
    is_paid = current.status in COUNTED
    if not (deltas or cancelled_parcels) and (is_paid or current.status == OrderStatus.CANCELLED):
        raise NothingToCancelError(current)
    if not is_paid:
        current.status = OrderStatus.CANCELLED
    current.save(update_fields=["status", "updated"])
    history.write(current, "Cancelled order {order}.", reason=reason, by=by)
    if deltas:
        add_to_totals(deltas)
        billing_status.refresh([owner.pk])
    return current


@transaction.atomic
def cancel_order_after_next_bill(order: Order, *, reason: str, by: User | None) -> None:
    """Cancel each purchase of the order on the day after its next bill; PurchaseError if one cannot be."""
    active = list(order.purchases.exclude(status__in=ENDED).order_by("pk"))
    if not active:
        raise PurchaseError("This order has no active purchases, so there is no next bill.")
    for purchase in active:
        cancel_after_next_bill(purchase, reason=reason, by=by)


def _end_purchases(order: Order, reason: str) -> list[Delta]:
    deltas: list[Delta] = []
    for purchase in order.purchases.select_for_update(no_key=True, of=("self",)).exclude(status__in=ENDED):
        before = purchase.status
        end_purchase(purchase, reason=reason)
        purchase.save()
        touch_orders_of([purchase])
        deltas += deltas_of_new_status(purchase, before)
    return deltas
