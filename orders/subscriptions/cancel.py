"""Cancelling a purchase: now, or on a later day. Until that day the cancellation can be withdrawn.

Who cancels: the page of a purchase (`cancel_purchase`, `schedule_cancellation`, `schedule_after_bill`), the API
operations of a purchase and of an order with all its purchases (`cancel_when_possible`, `orders.cancel_order`), and a
change of the next bill, which moves a cancellation (`billing`). Each asks `refuse_cancellation_day`. Who pays twice
gives no notice: `orders.double_payments.settle` ends the purchase that is a mistake. Two choose no day: `apply_due`
carries out what was planned, and a billing system sends what has happened there (`invoices.cancellations`,
`invoices.subscription_events`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from customers.models import EventKind
from orders import history
from orders.models import Purchase
from orders.subscriptions.common import (
    PurchaseError,
    locked_purchase,
    mark_cancelled,
    refuse_day,
    refuse_ended,
    shown_date,
    today,
    tomorrow,
)

if TYPE_CHECKING:
    from crm.accounts.models import User

DAY = timedelta(days=1)
SCHEDULED = "Scheduled the cancellation of purchase {purchase} for {day}."
SCHEDULED_WITHOUT_BILLS = "Scheduled the cancellation of purchase {purchase} for {day}. It is not billed until then."


def notice_of(purchase: Purchase) -> timedelta:
    """The notice period, in whatever way it is cancelled; nothing else says it. A mistake needs none.

    A month from today is `months_after(today(), 1) - today()` (`customers/lib/dates.py`). `until_next_bill` in
    `tests/orders/subscriptions/test_notice.py` is one to the end of what is paid.
    """
    return timedelta(0)


def notice_sentence(purchase: Purchase) -> str:
    """On the page; its day is right for a number of days as for the end of what is paid."""
    if not notice_of(purchase):
        return ""
    return f"The notice period lasts until {shown_date(earliest_cancellation_day(purchase))}."


def earliest_cancellation_day(purchase: Purchase) -> date:
    return today() + notice_of(purchase)


def refuse_cancellation_day(purchase: Purchase, day: date | None) -> None:
    """PurchaseError when the purchase cannot be cancelled on `day`; None is now."""
    earliest = earliest_cancellation_day(purchase)
    refuse_day(day or today(), first=max(earliest, tomorrow()) if day else earliest)
    is_before_pause = bool(day and purchase.pauses_on and day <= purchase.pauses_on)
    if day and purchase.restarts_on and day <= purchase.restarts_on and earliest <= today() and not is_before_pause:
        raise PurchaseError(
            f"This purchase is paused until {shown_date(purchase.restarts_on)}. Cancel it now or on a later date."
        )


def refuse_cancel(purchase: Purchase) -> None:
    refuse_ended(purchase)


def cancel_purchase(
    purchase: Purchase, *, reason: str, seen: str | None, by: User | None, is_mistake: bool = False
) -> None:
    """Now. One that `is_mistake`, such as a second of the same product, is put right without notice."""
    with locked_purchase(purchase, seen=seen) as current:
        refuse_cancel(current)
        if not is_mistake:
            refuse_cancellation_day(current, None)
        end_purchase(current, reason=reason)
        history.write(
            current, "Cancelled purchase {purchase}.", reason=reason, by=by, event=EventKind.SUBSCRIPTION_CANCELLED
        )


def end_purchase(purchase: Purchase, *, reason: str) -> None:
    """Make the locked purchase a cancelled one; the caller saves it."""
    mark_cancelled(purchase, at=timezone.now())
    purchase.cancel_reason = reason


def day_to_cancel_before_next_bill(purchase: Purchase) -> date:
    """The day to cancel on, so that the next bill is not charged: its own day, because cancellations come first."""
    if purchase.bills_on_unless_cancelled is None:
        raise PurchaseError("This purchase has no next bill. Cancel it now.")
    return max(purchase.bills_on_unless_cancelled, today())


def day_to_cancel_after_next_bill(purchase: Purchase) -> date:
    """The day to cancel on, so that the next bill is the last one: `afterNextBill` of Konnektive."""
    return day_to_cancel_before_next_bill(purchase) + DAY


def schedule_cancellation(
    purchase: Purchase, day: date, *, reason: str, seen: str | None, by: User | None, bills_until: bool = True
) -> None:
    """Cancel on `day`, before anything is billed that day: `apply_due` carries it out.

    Without `bills_until`, nothing is billed before that day either.
    """
    with locked_purchase(purchase, seen=seen) as current:
        refuse_cancel(current)
        refuse_cancellation_day(current, day)
        if (current.cancels_on, current.cancel_reason, current.bills_until_cancelled) == (day, reason, bills_until):
            return
        current.cancels_on, current.cancel_reason, current.bills_until_cancelled = day, reason, bills_until
        current.cancels_after_bill = False
        sentence = SCHEDULED if bills_until else SCHEDULED_WITHOUT_BILLS
        history.write(current, sentence, day=day, reason=reason, by=by)


def schedule_after_bill(purchase: Purchase, *, reason: str, seen: str | None, by: User | None) -> None:
    """Cancel once the next bill is paid, which is billed here; a bill that is given up ends the purchase, too."""
    with locked_purchase(purchase, seen=seen) as current:
        refuse_cancel(current)
        if not current.is_billed_here:
            raise PurchaseError("This purchase is billed elsewhere. Choose the date of its cancellation.")
        has_next_bill = current.bills_on_unless_cancelled is not None
        refuse_cancellation_day(current, day_to_cancel_after_next_bill(current) if has_next_bill else None)
        current.cancels_after_bill, current.cancel_reason = True, reason
        current.cancels_on, current.bills_until_cancelled = None, True
        sentence = "Scheduled the cancellation of purchase {purchase} after its next successful bill."
        history.write(current, sentence, reason=reason, by=by)


def cancel_when_possible(
    purchase: Purchase, *, reason: str, seen: str | None, by: User | None, after_next_bill: bool = False
) -> bool:
    """For programs, which send no day: now or after the next bill, or else as soon as the notice allows.

    A cancellation that is planned for an earlier day is kept, because its notice was given before. False when the day
    stays as it was.
    """
    if after_next_bill and purchase.is_billed_here and not notice_of(purchase):
        schedule_after_bill(purchase, reason=reason, seen=seen, by=by)
        return True
    requested_day = day_to_cancel_after_next_bill(purchase) if after_next_bill else today()
    day = max(requested_day, earliest_cancellation_day(purchase))
    if day == today():
        cancel_purchase(purchase, reason=reason, seen=seen, by=by)
        return True
    if purchase.cancels_on and requested_day <= purchase.cancels_on < day:
        return False
    schedule_cancellation(purchase, day, reason=reason, seen=seen, by=by)
    return purchase.cancels_on != day


def scheduled_day(purchase: Purchase) -> date:
    refuse_ended(purchase)
    if purchase.cancels_on is None:
        raise PurchaseError("No cancellation of this purchase is scheduled.")
    return purchase.cancels_on


def refuse_keep(purchase: Purchase) -> None:
    if not purchase.cancels_after_bill:
        scheduled_day(purchase)


def keep_purchase(purchase: Purchase, *, seen: str, by: User | None) -> None:
    with locked_purchase(purchase, seen=seen) as current:
        if current.cancels_after_bill:
            current.cancels_after_bill, current.cancel_reason = False, ""
            sentence = "Removed the cancellation of purchase {purchase} scheduled after its next successful bill."
            history.write(current, sentence, by=by)
            return
        day = scheduled_day(current)
        current.cancels_on, current.cancel_reason, current.bills_until_cancelled = None, "", True
        sentence = "Removed the cancellation of purchase {purchase} scheduled for {day}."
        history.write(current, sentence, day=day, by=by)
