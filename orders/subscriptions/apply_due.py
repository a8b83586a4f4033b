"""Carrying out what was planned for a day: cancellations first, then the ends of pauses. Last, what nobody paid.

One small transaction for each purchase, which looks again whether it is still due: it may be run twice at once, and
again after it broke off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.utils import timezone

from orders import history
from orders.models import ENDED, Purchase, PurchaseStatus
from orders.subscriptions.cancel import end_purchase
from orders.subscriptions.change import PurchaseError, locked_purchase
from orders.subscriptions.derive import is_cancellation_planned, past_due_purchases, refresh_purchases
from orders.subscriptions.pause import restart_purchase


def apply_due(today: date) -> Iterator[Purchase]:
    """Each purchase to which something was done."""
    for due in _due(cancels_on__lte=today):
        if _was_done(due, _cancel, today):
            yield due
    for due in _due(restarts_on__lte=today):
        if _was_done(due, _restart, today):
            yield due
    for due in past_due_purchases(timezone.now()).select_related("source_record").order_by("pk"):
        if _was_done(due, _fall_behind, today):
            yield due


def _due(**when: date) -> list[Purchase]:
    return list(Purchase.objects.filter(**when).select_related("source_record").order_by("pk"))


def _was_done(purchase: Purchase, act: Callable[[Purchase, date], bool], today: date) -> bool:
    try:
        with locked_purchase(purchase, seen=None) as current:
            return act(current, today)
    except PurchaseError:  # deleted meanwhile
        return False


def _cancel(purchase: Purchase, today: date) -> bool:
    if purchase.cancels_on is None or purchase.cancels_on > today:
        return False
    if purchase.status in ENDED:
        purchase.cancels_on = None
        return False
    if purchase.external_id:
        # A billing system may have planned it by an event: for a time, and not for the day.
        refresh_purchases([purchase])
        if purchase.status == PurchaseStatus.CANCELLED:
            history.write(purchase, "cancelled as its billing system planned.", by=None)
            return True
        if is_cancellation_planned(purchase):
            return False
    reason = purchase.cancel_reason
    end_purchase(purchase, reason=reason)
    history.write(purchase, f"cancelled as planned. {reason}".strip(), by=None)
    return True


def _restart(purchase: Purchase, today: date) -> bool:
    if purchase.restarts_on is None or purchase.restarts_on > today:
        return False
    if purchase.status != PurchaseStatus.PAUSED:
        purchase.restarts_on = None
        return False
    restart_purchase(purchase, max(purchase.next_bill_date or today, today), by=None)
    return True


def _fall_behind(purchase: Purchase, today: date) -> bool:
    """Its newest invoice may have been paid, or another may have come, since it was found."""
    refresh_purchases([purchase])
    if purchase.status != PurchaseStatus.RECYCLE_BILLING:
        return False
    history.write(purchase, "past due. Its newest invoice is not paid.", by=None)
    return True
