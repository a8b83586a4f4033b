"""Pausing a purchase, and reactivating a paused or cancelled purchase, or one with failed billing.

A paused purchase is not billed, even on its next bill date. When it restarts, the next bill is that day or later, and
a paused trial is a trial again. A pause can be scheduled before the next bill.
A purchase that is past due cannot be paused: that would hide the debt.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from orders import history
from orders.models import Purchase, PurchaseStatus, Transaction, TransactionStatus
from orders.subscriptions.common import (
    PurchaseError,
    locked_purchase,
    refuse_day,
    refuse_ended,
    shown_date,
    today,
    tomorrow,
)

if TYPE_CHECKING:
    from crm.accounts.models import User

CAN_PAUSE = (PurchaseStatus.TRIAL, PurchaseStatus.ACTIVE)
CAN_REACTIVATE = (PurchaseStatus.PAUSED, PurchaseStatus.CANCELLED, PurchaseStatus.RECYCLE_FAILED)


def refuse_pause(purchase: Purchase) -> None:
    refuse_ended(purchase)
    if purchase.status == PurchaseStatus.PAUSED:
        raise PurchaseError("This purchase is already paused.")
    if purchase.status == PurchaseStatus.RECYCLE_BILLING:
        raise PurchaseError(
            "This purchase has a past due bill and cannot be paused. The bill must be paid or cancelled first."
        )
    if purchase.status not in CAN_PAUSE:
        raise PurchaseError("Billing has failed, so this purchase cannot be paused. Reactivate or cancel it.")


def pause_purchase(purchase: Purchase, until: date | None, *, seen: str, by: User | None) -> None:
    """`until` is the day of the restart; None pauses until a user reactivates the purchase."""
    with locked_purchase(purchase, seen=seen) as current:
        refuse_pause(current)
        if until:
            refuse_day(until, first=tomorrow())
        _refuse_cancelled_before(current, until)
        pause_now(current, until, by=by)


def _refuse_cancelled_before(purchase: Purchase, until: date | None) -> None:
    if until and purchase.cancels_on and purchase.cancels_on <= until:
        on = shown_date(purchase.cancels_on)
        raise PurchaseError(f"This purchase will be cancelled on {on}, before it restarts. Keep it first.")


def pause_now(purchase: Purchase, until: date | None, *, by: User | None) -> None:
    """Pause the locked purchase; the caller saves it."""
    purchase.paused_from, purchase.status = purchase.status, PurchaseStatus.PAUSED
    purchase.paused_at, purchase.pauses_on, purchase.restarts_on = timezone.now(), None, until
    if until:
        history.write(purchase, "Paused purchase {purchase} until {day}.", day=until, by=by)
    else:
        history.write(purchase, "Paused purchase {purchase}.", by=by)


def day_of_pause(purchase: Purchase) -> date:
    """The day of the next bill, on which a pause comes before that bill; PurchaseError if it can only be paused now."""
    refuse_pause(purchase)
    day = purchase.next_bill_date
    if day is None or day <= today():
        raise PurchaseError("This purchase has no later bill to pause before. Pause it now.")
    return day


def schedule_pause(purchase: Purchase, until: date | None, *, seen: str, by: User | None) -> date:
    """Pause before the next bill, which `apply_due` carries out; return the day."""
    with locked_purchase(purchase, seen=seen) as current:
        day = day_of_pause(current)
        if until:
            refuse_day(until, first=day + timedelta(days=1))
        _refuse_cancelled_before(current, until)
        current.pauses_on, current.restarts_on = day, until
        history.write(current, "Scheduled a pause of purchase {purchase} before its bill on {day}.", day=day, by=by)
    return day


def scheduled_pause(purchase: Purchase) -> date:
    if purchase.pauses_on is None:
        raise PurchaseError("No pause of this purchase is scheduled.")
    return purchase.pauses_on


def remove_pause(purchase: Purchase, *, seen: str, by: User | None) -> None:
    with locked_purchase(purchase, seen=seen) as current:
        day = scheduled_pause(current)
        current.pauses_on = current.restarts_on = None
        history.write(current, "Removed the pause of purchase {purchase} scheduled for {day}.", day=day, by=by)


def refuse_reactivation(purchase: Purchase) -> None:
    if purchase.status == PurchaseStatus.COMPLETE:
        raise PurchaseError("This purchase is complete and fully billed. To continue, place a new order.")
    if purchase.status not in CAN_REACTIVATE:
        raise PurchaseError("This purchase is already active.")


def proposed_next_bill(purchase: Purchase) -> date:
    return max(purchase.next_bill_date or today(), today())


def reactivate_purchase(purchase: Purchase, next_bill: date | None, *, seen: str, by: User | None) -> None:
    """`next_bill` is None if the user may not choose it: then it is `proposed_next_bill`."""
    with locked_purchase(purchase, seen=seen) as current:
        refuse_reactivation(current)
        day = next_bill or proposed_next_bill(current)
        refuse_day(day, first=today())
        restart_purchase(current, day, by=by)


def restart_purchase(purchase: Purchase, next_bill: date, *, by: User | None) -> None:
    """Make the locked purchase active, or a trial again; a planned cancellation is kept.

    A bill that has failed is not tried again: the purchase gets another one.
    """
    if purchase.status == PurchaseStatus.RECYCLE_FAILED and not _has_pending_bill(purchase):
        purchase.bill = None
    purchase.bills_again_on = None
    if purchase.status == PurchaseStatus.CANCELLED:
        purchase.cancelled_at, purchase.cancel_reason = None, ""
    purchase.status, purchase.next_bill_date = purchase.paused_from or PurchaseStatus.ACTIVE, next_bill
    purchase.paused_from, purchase.paused_at, purchase.pauses_on, purchase.restarts_on = "", None, None, None
    history.write(purchase, "Reactivated purchase {purchase}. Next bill on {day}.", day=next_bill, by=by)


def _has_pending_bill(purchase: Purchase) -> bool:
    payments = Transaction.objects.filter(order=purchase.bill_id, status=TransactionStatus.PENDING)
    return bool(purchase.bill_id) and payments.exists()
