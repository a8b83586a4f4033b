"""Pausing a purchase, and reactivating a paused or cancelled purchase, or one with failed billing.

A paused purchase is not billed, even on its next bill date. When it restarts, the next bill is that day or later, and
a paused trial is a trial again. A purchase that is past due cannot be paused: that would hide the debt.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from orders import history
from orders.models import Purchase, PurchaseStatus
from orders.subscriptions.change import (
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
        if until and current.cancels_on and current.cancels_on <= until:
            on = shown_date(current.cancels_on)
            raise PurchaseError(f"This purchase will be cancelled on {on}, before it restarts. Keep it first.")
        current.paused_from, current.status = current.status, PurchaseStatus.PAUSED
        current.paused_at, current.restarts_on = timezone.now(), until
        if until:
            history.write(current, "Paused purchase {purchase} until {day}.", day=until, by=by)
        else:
            history.write(current, "Paused purchase {purchase}.", by=by)


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
    """Make the locked purchase active, or a trial again; a planned cancellation is kept."""
    if purchase.status == PurchaseStatus.CANCELLED:
        purchase.cancelled_at, purchase.cancel_reason = None, ""
    purchase.status, purchase.next_bill_date = purchase.paused_from or PurchaseStatus.ACTIVE, next_bill
    purchase.paused_from, purchase.paused_at, purchase.restarts_on = "", None, None
    history.write(purchase, "Reactivated purchase {purchase}. Next bill on {day}.", day=next_bill, by=by)
