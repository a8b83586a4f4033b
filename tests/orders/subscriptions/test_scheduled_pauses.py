"""A pause before the next bill, and billing that stops until a planned cancellation."""

from datetime import timedelta

import pytest

from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import keep_purchase, schedule_cancellation
from orders.subscriptions.pause import remove_pause, schedule_pause
from tests.database import check_totals, history_of, reloaded
from tests.factories import subscription
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, apply_due, refusal_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pause_before(bought, until=None):
    schedule_pause(bought, until, seen=bought.stamp, by=None)
    return reloaded(bought)


def test_a_purchase_is_active_until_it_is_paused_before_its_bill():
    bought = pause_before(subscription(next_bill_date=SOON))
    assert (bought.status, bought.pauses_on, bought.bills_on) == ("ACTIVE", SOON, None)
    assert apply_due(SOON - DAY) == []
    assert apply_due(SOON) == [bought]
    bought = reloaded(bought)
    assert (bought.status, bought.pauses_on, bought.paused_from) == ("PAUSED", None, "ACTIVE")
    assert history_of(bought) == [
        f"Paused purchase {bought.pk} (Unlimited Monthly).",
        f"Scheduled a pause of purchase {bought.pk} (Unlimited Monthly) before its bill on 20 Mar 2026.",
    ]
    check_totals()


def test_it_restarts_on_the_day_that_was_chosen_with_the_pause():
    bought = pause_before(subscription(next_bill_date=SOON), LATER)
    assert bought.bills_on == LATER
    apply_due(SOON)
    assert (reloaded(bought).status, reloaded(bought).restarts_on) == ("PAUSED", LATER)
    apply_due(LATER)
    assert (reloaded(bought).status, reloaded(bought).next_bill_date) == ("ACTIVE", LATER)


def test_a_scheduled_pause_can_be_removed():
    bought = pause_before(subscription(next_bill_date=SOON), LATER)
    remove_pause(bought, seen=bought.stamp, by=None)
    bought = reloaded(bought)
    assert (bought.pauses_on, bought.restarts_on, bought.bills_on) == (None, None, SOON)
    assert "No pause" in refusal_of(remove_pause, bought)


def test_a_pause_moves_with_the_bill_that_it_comes_before():
    bought = pause_before(subscription(next_bill_date=SOON))
    change_billing(bought, price=bought.price, next_bill=LATER, seen=bought.stamp, by=None)
    assert reloaded(bought).pauses_on == LATER


def test_what_has_no_later_bill_can_only_be_paused_now():
    assert "Pause it now" in refusal_of(schedule_pause, subscription(next_bill_date=TODAY), None)
    assert "Pause it now" in refusal_of(schedule_pause, subscription(), None)
    assert "or a later date" in refusal_of(schedule_pause, subscription(next_bill_date=SOON), SOON)


def test_a_cancellation_may_come_before_the_pause_and_ends_it():
    bought = pause_before(subscription(next_bill_date=SOON), LATER)
    schedule_cancellation(bought, SOON - DAY, reason="Moved", seen=None, by=None)
    apply_due(SOON - DAY)
    bought = reloaded(bought)
    assert (bought.status, bought.pauses_on) == ("CANCELLED", None)


def test_billing_stops_until_the_cancellation_and_goes_on_when_it_is_kept():
    bought = subscription(next_bill_date=SOON)
    schedule_cancellation(bought, LATER, reason="Moved", seen=None, by=None, bills_until=False)
    bought = reloaded(bought)
    assert (bought.cancels_on, bought.bills_on) == (LATER, None)
    assert "It is not billed until then." in history_of(bought)[0]
    keep_purchase(bought, seen=bought.stamp, by=None)
    assert (reloaded(bought).bills_on, reloaded(bought).bills_until_cancelled) == (SOON, True)
