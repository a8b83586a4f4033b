"""Cancelling now and on a day to come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import HistoryEntry
from orders.models import Purchase
from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import (
    DAY,
    cancel_purchase,
    day_to_cancel_after_next_bill,
    day_to_cancel_before_next_bill,
    keep_purchase,
    schedule_cancellation,
)
from orders.subscriptions.common import PurchaseError
from orders.subscriptions.pause import pause_purchase
from tests.acts import cancel, cancel_on
from tests.database import check_totals, history_of, reloaded
from tests.factories import subscription
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, apply_due, refusal_of, status_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def named(bought: Purchase) -> str:
    return f"{bought.pk} (Unlimited Monthly)"


def test_cancelling_now_ends_the_billing_and_the_customer_is_cancelled(agent):
    bought = subscription(next_bill_date=SOON)
    assert status_of(bought) == "Active"
    bought = cancel(bought, by=agent)
    assert (bought.status, bought.next_bill_date, bought.cancel_reason) == ("CANCELLED", None, "Too expensive")
    assert bought.cancelled_at.date() == TODAY
    assert status_of(bought) == "Cancelled"
    entry = HistoryEntry.objects.get(kind="purchase")
    assert (entry.text, entry.by) == (
        f"Cancelled purchase {named(bought)}. Reason: Too expensive",
        agent,
    )
    check_totals()


@table("status", ["CANCELLED", "COMPLETE"])
def test_what_has_ended_is_neither_cancelled_nor_paused_nor_changed(status):
    bought = subscription(status)
    assert "is no longer billed" in refusal_of(cancel_purchase, bought, reason="")
    assert "is no longer billed" in refusal_of(schedule_cancellation, bought, SOON, reason="")
    assert "is no longer billed" in refusal_of(keep_purchase, bought)
    assert "is no longer billed" in refusal_of(pause_purchase, bought, SOON)
    assert "is no longer billed" in refusal_of(change_billing, bought, price=Decimal(1), next_bill=SOON)


def test_a_cancellation_to_come_is_carried_out_on_its_day_once():
    bought = cancel_on(subscription(next_bill_date=SOON), SOON)
    assert (bought.status, bought.cancels_on) == ("ACTIVE", SOON)
    assert apply_due(SOON - timedelta(days=1)) == []
    assert apply_due(SOON) == [bought]
    bought = reloaded(bought)
    assert (bought.status, bought.cancels_on, bought.cancel_reason) == ("CANCELLED", None, "Too expensive")
    assert apply_due(LATER) == []
    assert history_of(bought) == [
        f"Cancelled purchase {named(bought)} as scheduled. Reason: Too expensive",
        f"Scheduled the cancellation of purchase {named(bought)} for 20 Mar 2026. Reason: Too expensive",
    ]
    assert status_of(bought) == "Cancelled"
    check_totals()


def test_a_cancellation_to_come_can_be_taken_back():
    bought = cancel_on(subscription(next_bill_date=SOON), SOON)
    keep_purchase(bought, seen=bought.stamp, by=None)
    assert (reloaded(bought).cancels_on, reloaded(bought).cancel_reason) == (None, "")
    assert apply_due(LATER) == []
    assert history_of(bought)[0] == f"Removed the cancellation of purchase {named(bought)} scheduled for 20 Mar 2026."
    assert "No cancellation of this purchase is scheduled" in refusal_of(keep_purchase, reloaded(bought))


@table("day", [TODAY, TODAY - timedelta(days=1), date(1, 1, 1)])
def test_a_day_that_is_not_to_come_is_refused(day):
    bought = subscription()
    assert refusal_of(schedule_cancellation, bought, day, reason="") == "Choose 11 Mar 2026 or a later date."
    assert refusal_of(pause_purchase, bought, day) == "Choose 11 Mar 2026 or a later date."


def test_before_the_next_bill_is_its_own_day_and_after_it_the_day_after():
    bought = subscription(next_bill_date=SOON)
    assert (day_to_cancel_before_next_bill(bought), day_to_cancel_after_next_bill(bought)) == (SOON, SOON + DAY)
    overdue = subscription(next_bill_date=TODAY - DAY)
    assert (day_to_cancel_before_next_bill(overdue), day_to_cancel_after_next_bill(overdue)) == (TODAY, TODAY + DAY)
    paused = subscription("PAUSED", next_bill_date=SOON, restarts_on=LATER)
    assert day_to_cancel_after_next_bill(paused) == LATER + DAY


def test_a_planned_cancellation_does_not_move_the_days_around_the_next_bill():
    bought = subscription(next_bill_date=SOON, cancels_on=SOON)
    assert (day_to_cancel_before_next_bill(bought), day_to_cancel_after_next_bill(bought)) == (SOON, SOON + DAY)


@table("values", [{}, {"status": "PAUSED", "next_bill_date": SOON}])
def test_without_a_next_bill_nothing_is_cancelled_after_it(values):
    with pytest.raises(PurchaseError, match="This purchase has no next bill"):
        day_to_cancel_after_next_bill(subscription(**values))


def test_a_day_that_must_be_a_slip_is_refused():
    assert "ten years" in refusal_of(schedule_cancellation, subscription(), date(9999, 12, 31), reason="")
