"""Cancelling an order: its purchases end, after the notice if there is one, and parcels not yet shipped are cancelled.

A paid order stays COMPLETE and counts until it is refunded (`orders.payments.refund`). Only an unpaid order becomes
CANCELLED.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.locks import RetiredMeanwhileError, get_locked
from orders import history
from orders.fulfillment.parcels import NOT_SHIPPED
from orders.locks import OrderDeletedError, OrderError, lock_owner, refuse_pending
from orders.models import COUNTED, ENDED, FulfillmentStatus, Order, OrderStatus, Purchase, Transaction
from orders.subscriptions.cancel import cancel_when_possible
from orders.subscriptions.common import PurchaseError

if TYPE_CHECKING:
    from crm.accounts.models import User


class NothingToCancelError(OrderError):
    def __init__(self, order: Order) -> None:
        messages = {
            OrderStatus.CANCELLED: "This order is already cancelled.",
            OrderStatus.REFUNDED: "This order is already fully refunded.",
        }
        otherwise = "Nothing in this order is left to cancel. To return the payment, refund the order."
        super().__init__(messages.get(OrderStatus(order.status), otherwise))


def refuse_cancelling(
    order: Order, *, transactions: Iterable[Transaction] | None = None, purchases: Iterable[Purchase] | None = None
) -> None:
    """NothingToCancelError if the order has nothing left to cancel; OrderError while a payment is pending.

    `transactions` and `purchases` are all those of the order, if they were read already.
    """
    refuse_pending(order.transactions.all() if transactions is None else transactions)
    if order.status not in COUNTED and order.status != OrderStatus.CANCELLED:
        return
    active = _active_purchases(order) if purchases is None else [p for p in purchases if p.status not in ENDED]
    if not active and not order.fulfillments.filter(status__in=NOT_SHIPPED).exists():
        raise NothingToCancelError(order)


@transaction.atomic
def cancel_order(order: Order, *, reason: str, by: User | None) -> Order:
    """NothingToCancelError if the order has nothing left to cancel; OrderError while a payment is pending."""
    try:
        lock_owner(order.source_record)
        current = get_locked(Order.objects.select_for_update(no_key=True, of=("self",)), order.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise OrderDeletedError from None
    refuse_pending(current.transactions.all())
    active = _active_purchases(current)
    cancelled = [purchase for purchase in active if cancel_when_possible(purchase, reason=reason, seen=None, by=by)]
    parcels = current.fulfillments.filter(status__in=NOT_SHIPPED)
    cancelled_parcels = parcels.update(status=FulfillmentStatus.CANCELLED, updated=timezone.now())
    is_paid = current.status in COUNTED
    if not (cancelled or cancelled_parcels) and (is_paid or current.status == OrderStatus.CANCELLED):
        raise NothingToCancelError(current)
    if not is_paid:
        current.status = OrderStatus.CANCELLED
    current.save(update_fields=["status", "updated"])
    history.write(current, "Cancelled order {order}.", reason=reason, by=by)
    return current


@transaction.atomic
def cancel_order_after_next_bill(order: Order, *, reason: str, by: User | None) -> None:
    active = _active_purchases(order)
    if not active:
        raise PurchaseError("This order has no active purchases, so there is no next bill.")
    for purchase in active:
        cancel_when_possible(purchase, reason=reason, seen=purchase.stamp, by=by, after_next_bill=True)


def _active_purchases(order: Order) -> list[Purchase]:
    return list(order.purchases.exclude(status__in=ENDED).select_related("source_record").order_by("pk"))
