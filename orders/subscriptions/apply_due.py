"""Carrying out due changes: planned cancellations, then pauses and restarts, then marks of purchases past due.

Each purchase has its own transaction, which checks again whether it is still due. So two runs at once do no harm, nor
does a run after a failed run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date

from django.db import OperationalError
from django.utils import timezone

from customers.database.failures import Failure, failure_of
from customers.models import EventKind
from orders import history
from orders.models import ENDED, Purchase, PurchaseStatus
from orders.subscriptions.cancel import end_purchase
from orders.subscriptions.common import PurchaseError, locked_purchase
from orders.subscriptions.derive import derive_again, is_cancellation_planned, past_due_purchases
from orders.subscriptions.pause import CAN_PAUSE, pause_now, restart_purchase

logger = logging.getLogger(__name__)


def apply_due(today: date) -> Iterator[Purchase]:
    """Carry out changes due until `today`; yield the changed purchases."""
    for purchase in _due(cancels_on__lte=today):
        if _apply(purchase, _cancel, today):
            yield purchase
    for purchase in _due(pauses_on__lte=today):
        if _apply(purchase, _pause, today):
            yield purchase
    for purchase in _due(restarts_on__lte=today):
        if _apply(purchase, _restart, today):
            yield purchase
    for purchase in past_due_purchases(timezone.now()).select_related("source_record").order_by("pk"):
        if _apply(purchase, _mark_past_due, today):
            yield purchase


def _due(**when: date) -> list[Purchase]:
    return list(Purchase.objects.filter(**when).select_related("source_record").order_by("pk"))


def _apply(purchase: Purchase, act: Callable[[Purchase, date], bool], today: date) -> bool:
    try:
        with locked_purchase(purchase, seen=None) as current:
            return act(current, today)
    except PurchaseError:  # deleted meanwhile
        return False
    except OperationalError as error:
        if failure_of(error) is not Failure.BUSY:
            raise
        logger.warning("Purchase %s is being changed. The next run carries out what is due.", purchase.pk)
        return False


def _cancel(purchase: Purchase, today: date) -> bool:
    if purchase.cancels_on is None or purchase.cancels_on > today:
        return False
    if purchase.status in ENDED:
        purchase.cancels_on = None
        return False
    if purchase.external_id:
        # Its billing system may have planned it by an event, which names a time of the day.
        derive_again(purchase)
        if purchase.status == PurchaseStatus.CANCELLED:
            history.write(purchase, "Cancelled purchase {purchase} as its billing system scheduled.", by=None)
            return True
        if is_cancellation_planned(purchase):
            return False
    reason = purchase.cancel_reason
    end_purchase(purchase, reason=reason)
    history.write(
        purchase,
        "Cancelled purchase {purchase} as scheduled.",
        reason=reason,
        by=None,
        event=EventKind.SUBSCRIPTION_CANCELLED,
    )
    return True


def _pause(purchase: Purchase, today: date) -> bool:
    if purchase.pauses_on is None or purchase.pauses_on > today:
        return False
    if purchase.status not in CAN_PAUSE:
        purchase.pauses_on = None
        return False
    pause_now(purchase, purchase.restarts_on, by=None)
    return True


def _restart(purchase: Purchase, today: date) -> bool:
    if purchase.restarts_on is None or purchase.restarts_on > today:
        return False
    if purchase.status != PurchaseStatus.PAUSED:
        purchase.restarts_on = None
        return False
    restart_purchase(purchase, max(purchase.next_bill_date or today, today), by=None)
    return True


def _mark_past_due(purchase: Purchase, today: date) -> bool:
    # Since the query its invoice may have been paid, or a newer one may have come.
    derive_again(purchase)
    if purchase.status != PurchaseStatus.RECYCLE_BILLING:
        return False
    history.write(purchase, "Purchase {purchase} is past due. Its latest invoice is unpaid.", by=None)
    return True
