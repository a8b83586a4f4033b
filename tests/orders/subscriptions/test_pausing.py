"""Pausing, and billing again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import schedule_cancellation
from orders.subscriptions.pause import pause_purchase, proposed_next_bill, reactivate_purchase
from tests.acts import cancel, cancel_on, pause, reactivate
from tests.database import check_totals, history_of, reloaded
from tests.factories import subscription
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, apply_due, refusal_of, status_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_a_pause_ends_on_its_day_and_the_next_bill_is_not_before():
    bought = pause(subscription(next_bill_date=date(2026, 3, 12)), SOON)
    assert (bought.status, bought.restarts_on, bought.paused_at.date()) == ("PAUSED", SOON, TODAY)
    assert status_of(bought) == "Active"
    assert apply_due(date(2026, 3, 19)) == []
    assert apply_due(SOON) == [bought]
    bought = reloaded(bought)
    assert (bought.status, bought.restarts_on, bought.paused_at) == ("ACTIVE", None, None)
    assert bought.next_bill_date == SOON
    assert history_of(bought) == [
        f"Reactivated purchase {bought.pk} (Unlimited Monthly). Next bill on 20 Mar 2026.",
        f"Paused purchase {bought.pk} (Unlimited Monthly) until 20 Mar 2026.",
    ]
    assert apply_due(LATER) == []
    check_totals()


def test_a_pause_without_an_end_lasts_until_somebody_reactivates_it():
    bought = pause(subscription(next_bill_date=SOON))
    assert apply_due(LATER) == []
    assert proposed_next_bill(bought) == SOON
    assert reactivate(bought, SOON).status == "ACTIVE"
    assert history_of(bought) == [
        f"Reactivated purchase {bought.pk} (Unlimited Monthly). Next bill on 20 Mar 2026.",
        f"Paused purchase {bought.pk} (Unlimited Monthly).",
    ]


@table("by_itself", [True, False])
def test_a_trial_is_a_trial_again_after_its_pause(by_itself):
    bought = pause(subscription("TRIAL", next_bill_date=SOON), SOON)
    if by_itself:
        apply_due(SOON)
    else:
        reactivate(bought, SOON)
    assert (reloaded(bought).status, reloaded(bought).paused_from) == ("TRIAL", "")


def test_a_trial_cancelled_while_paused_is_reactivated_as_an_active_one():
    bought = cancel(pause(subscription("TRIAL", next_bill_date=SOON)))
    assert bought.paused_from == ""
    assert reactivate(bought, SOON).status == "ACTIVE"


def test_what_is_past_due_is_not_paused():
    bought = subscription("RECYCLE_BILLING")
    assert "past due bill and cannot be paused" in refusal_of(pause_purchase, bought, SOON)
    assert status_of(bought) == "Past Due"


def test_a_pause_after_the_cancellation_is_refused_and_so_is_the_other_way_round():
    ending = cancel_on(subscription(next_bill_date=SOON), SOON)
    assert "will be cancelled on 20 Mar 2026" in refusal_of(pause_purchase, ending, LATER)
    resting = pause(subscription(), LATER)
    assert "paused until 20 Apr 2026" in refusal_of(schedule_cancellation, resting, SOON, reason="")
    assert "already paused" in refusal_of(pause_purchase, resting, LATER)


def test_what_is_cancelled_while_paused_does_not_restart():
    bought = cancel(pause(subscription(), SOON))
    assert (bought.restarts_on, bought.paused_at) == (None, None)
    assert apply_due(LATER) == []


def test_what_has_failed_is_not_paused_or_changed_but_reactivated_or_cancelled():
    bought = subscription("RECYCLE_FAILED")
    assert status_of(bought) == "Past Due"
    assert "has failed" in refusal_of(pause_purchase, bought, SOON)
    assert "Reactivate it first" in refusal_of(change_billing, bought, price=Decimal(1), next_bill=SOON)
    assert reactivate(bought, SOON).next_bill_date == SOON
    assert status_of(bought) == "Active"
    check_totals()


def test_a_cancelled_purchase_is_reactivated_with_a_next_bill():
    bought = reactivate(cancel(subscription(next_bill_date=SOON)), TODAY)
    assert (bought.status, bought.next_bill_date) == ("ACTIVE", TODAY)
    assert (bought.cancelled_at, bought.cancel_reason) == (None, "")
    assert status_of(bought) == "Active"
    check_totals()


@table(
    ("status", "why"), [("COMPLETE", "place a new order"), ("ACTIVE", "already active"), ("TRIAL", "already active")]
)
def test_what_cannot_be_reactivated_is_refused(status, why):
    assert why in refusal_of(reactivate_purchase, subscription(status), SOON)


def test_a_next_bill_in_the_past_is_refused():
    yesterday = TODAY - timedelta(days=1)
    assert "or a later date" in refusal_of(reactivate_purchase, subscription("PAUSED"), yesterday)
    assert "or a later date" in refusal_of(change_billing, subscription(), price=Decimal("9.90"), next_bill=yesterday)
