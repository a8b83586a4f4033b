"""Cancelling, pausing, reactivating purchases and changing what they are billed, now and on days to come."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer, HistoryEntry, RecordTotals
from orders import altering, applying, cancelling, pausing, rebilling, recording
from orders.altering import PurchaseError
from orders.models import Purchase
from tests.acts import merge, undo
from tests.factories import order
from tests.orders.world import again, check_totals, subscription

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
SOON, LATER = date(2026, 3, 20), date(2026, 4, 20)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-10 12:00 +0000", tick=True):
        yield


def story(of: Purchase) -> list[str]:
    return [entry.text.partition(": ")[2] for entry in recording.of(of)]


def status_of(purchase: Purchase) -> str:
    """The billing status of its customer."""
    return Customer.objects.get(records=purchase.source_record_id).status


def apply_due(day: date) -> list[Purchase]:
    return list(applying.apply_due(day))


def refused(act, purchase: Purchase, *args, **options) -> str:
    before = Purchase.objects.filter(pk=purchase.pk).values().get()
    with pytest.raises(PurchaseError) as error:
        act(purchase, *args, **{"seen": purchase.stamp, "by": None, **options})
    assert Purchase.objects.filter(pk=purchase.pk).values().get() == before
    return str(error.value)


def cancel(purchase: Purchase, **options) -> Purchase:
    cancelling.cancel(purchase, **{"reason": "Too expensive", "seen": purchase.stamp, "by": None, **options})
    return again(purchase)


def schedule(purchase: Purchase, day: date) -> Purchase:
    cancelling.schedule(purchase, day, reason="Too expensive", seen=purchase.stamp, by=None)
    return again(purchase)


def pause(purchase: Purchase, until: date | None = None) -> Purchase:
    pausing.pause(purchase, until, seen=purchase.stamp, by=None)
    return again(purchase)


def reactivate(purchase: Purchase, day: date = SOON) -> Purchase:
    pausing.reactivate(purchase, day, seen=purchase.stamp, by=None)
    return again(purchase)


# Cancelling


def test_cancelling_now_ends_the_billing_and_the_customer_is_cancelled(agent):
    bought = subscription(next_bill_date=SOON)
    assert status_of(bought) == "Active"
    bought = cancel(bought, by=agent)
    assert (bought.status, bought.next_bill_date, bought.cancel_reason) == ("CANCELLED", None, "Too expensive")
    assert bought.cancelled_at.date() == TODAY
    assert status_of(bought) == "Cancelled"
    entry = HistoryEntry.objects.get(kind="purchase")
    assert (entry.text, entry.by) == (f"Purchase {bought.pk}, Unlimited Monthly: cancelled. Too expensive", agent)
    check_totals()


@pytest.mark.parametrize("status", ["CANCELLED", "COMPLETE"])
def test_what_has_ended_is_neither_cancelled_nor_paused_nor_changed(status):
    bought = subscription(status)
    assert "is not billed any more" in refused(cancelling.cancel, bought, reason="")
    assert "is not billed any more" in refused(cancelling.schedule, bought, SOON, reason="")
    assert "is not billed any more" in refused(cancelling.take_back, bought)
    assert "is not billed any more" in refused(pausing.pause, bought, SOON)
    assert "is not billed any more" in refused(rebilling.change, bought, price=Decimal(1), next_bill=SOON)


def test_a_cancellation_to_come_is_carried_out_on_its_day_once():
    bought = schedule(subscription(next_bill_date=SOON), SOON)
    assert (bought.status, bought.cancels_on) == ("ACTIVE", SOON)
    assert apply_due(SOON - timedelta(days=1)) == []
    assert apply_due(SOON) == [bought]
    bought = again(bought)
    assert (bought.status, bought.cancels_on, bought.cancel_reason) == ("CANCELLED", None, "Too expensive")
    assert apply_due(LATER) == []
    assert story(bought) == [
        "cancelled as planned. Too expensive",
        "will be cancelled on 20 Mar 2026. Too expensive",
    ]
    assert status_of(bought) == "Cancelled"
    check_totals()


def test_a_cancellation_to_come_can_be_taken_back():
    bought = schedule(subscription(next_bill_date=SOON), SOON)
    cancelling.take_back(bought, seen=bought.stamp, by=None)
    assert (again(bought).cancels_on, again(bought).cancel_reason) == (None, "")
    assert apply_due(LATER) == []
    assert story(bought)[0] == "the cancellation on 20 Mar 2026 was taken back."
    assert "there is none to take back" in refused(cancelling.take_back, again(bought))


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(1, 1, 1)])
def test_a_day_that_is_not_to_come_is_refused(day):
    bought = subscription()
    assert refused(cancelling.schedule, bought, day, reason="") == "Choose 11 Mar 2026 or a later day."
    assert refused(pausing.pause, bought, day) == "Choose 11 Mar 2026 or a later day."


def test_a_day_that_must_be_a_slip_is_refused():
    assert "ten years" in refused(cancelling.schedule, subscription(), date(9999, 12, 31), reason="")


# Pausing


def test_a_pause_ends_on_its_day_and_the_next_bill_is_not_before():
    bought = pause(subscription(next_bill_date=date(2026, 3, 12)), SOON)
    assert (bought.status, bought.restarts_on, bought.paused_at.date()) == ("PAUSED", SOON, TODAY)
    assert status_of(bought) == "Active"
    assert apply_due(date(2026, 3, 19)) == []
    assert apply_due(SOON) == [bought]
    bought = again(bought)
    assert (bought.status, bought.restarts_on, bought.paused_at) == ("ACTIVE", None, None)
    assert bought.next_bill_date == SOON
    assert story(bought) == ["reactivated, next bill 20 Mar 2026.", "paused until 20 Mar 2026."]
    assert apply_due(LATER) == []
    check_totals()


def test_a_pause_without_an_end_lasts_until_somebody_reactivates_it():
    bought = pause(subscription(next_bill_date=SOON))
    assert apply_due(LATER) == []
    assert pausing.first_bill(bought) == SOON
    assert reactivate(bought).status == "ACTIVE"
    assert story(bought) == ["reactivated, next bill 20 Mar 2026.", "paused."]


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_trial_is_a_trial_again_after_its_pause(by_itself):
    bought = pause(subscription("TRIAL", next_bill_date=SOON), SOON)
    if by_itself:
        apply_due(SOON)
    else:
        reactivate(bought)
    assert (again(bought).status, again(bought).paused_from) == ("TRIAL", "")


def test_a_trial_cancelled_while_paused_is_reactivated_as_an_active_one():
    bought = cancel(pause(subscription("TRIAL", next_bill_date=SOON)))
    assert bought.paused_from == ""
    assert reactivate(bought).status == "ACTIVE"


def test_what_is_past_due_is_not_paused():
    bought = subscription("RECYCLE_BILLING")
    assert "is past due, so it cannot be paused" in refused(pausing.pause, bought, SOON)
    assert status_of(bought) == "Past Due"


def test_a_pause_after_the_cancellation_is_refused_and_so_is_the_other_way_round():
    ending = schedule(subscription(next_bill_date=SOON), SOON)
    assert "will be cancelled on 20 Mar 2026" in refused(pausing.pause, ending, LATER)
    resting = pause(subscription(), LATER)
    assert "paused until 20 Apr 2026" in refused(cancelling.schedule, resting, SOON, reason="")
    assert "paused already" in refused(pausing.pause, resting, LATER)


def test_what_is_cancelled_while_paused_does_not_restart():
    bought = cancel(pause(subscription(), SOON))
    assert (bought.restarts_on, bought.paused_at) == (None, None)
    assert apply_due(LATER) == []


def test_what_has_failed_is_not_paused_or_changed_but_reactivated_or_cancelled():
    bought = subscription("RECYCLE_FAILED")
    assert status_of(bought) == "Past Due"
    assert "has failed" in refused(pausing.pause, bought, SOON)
    assert "Reactivate it first" in refused(rebilling.change, bought, price=Decimal(1), next_bill=SOON)
    assert reactivate(bought).next_bill_date == SOON
    assert status_of(bought) == "Active"
    check_totals()


def test_a_cancelled_purchase_is_reactivated_with_a_next_bill():
    bought = reactivate(cancel(subscription(next_bill_date=SOON)), TODAY)
    assert (bought.status, bought.next_bill_date) == ("ACTIVE", TODAY)
    assert (bought.cancelled_at, bought.cancel_reason) == (None, "")
    assert status_of(bought) == "Active"
    check_totals()


@pytest.mark.parametrize(
    ("status", "why"), [("COMPLETE", "takes a new order"), ("ACTIVE", "billed already"), ("TRIAL", "billed already")]
)
def test_what_cannot_be_reactivated_is_refused(status, why):
    assert why in refused(pausing.reactivate, subscription(status), SOON)


def test_a_next_bill_in_the_past_is_refused():
    yesterday = TODAY - timedelta(days=1)
    assert "or a later day" in refused(pausing.reactivate, subscription("PAUSED"), yesterday)
    assert "or a later day" in refused(rebilling.change, subscription(), price=Decimal("9.90"), next_bill=yesterday)


# Billing


def test_price_and_next_bill_are_changed_and_told():
    bought = subscription(next_bill_date=SOON)
    rebilling.change(bought, price=Decimal("7.50"), next_bill=LATER, seen=bought.stamp, by=None)
    assert (again(bought).price, again(bought).next_bill_date) == (Decimal("7.50"), LATER)
    assert story(bought) == ["price changed from 9.90 to 7.50 USD; next bill changed from 20 Mar 2026 to 20 Apr 2026."]


def test_a_cancellation_at_the_next_bill_moves_with_it():
    bought = schedule(subscription(next_bill_date=SOON), SOON)
    rebilling.change(bought, price=bought.price, next_bill=LATER, seen=bought.stamp, by=None)
    assert again(bought).cancels_on == LATER


def test_a_cancellation_that_would_move_into_a_pause_is_refused():
    bought = pause(subscription(next_bill_date=LATER), SOON)
    bought = schedule(bought, LATER)
    why = refused(rebilling.change, bought, price=bought.price, next_bill=SOON)
    assert "is paused until 20 Mar 2026" in why
    rebilling.change(bought, price=bought.price, next_bill=SOON + timedelta(days=1), seen=bought.stamp, by=None)
    assert again(bought).cancels_on == SOON + timedelta(days=1)


def test_a_next_bill_that_is_not_known_or_is_overdue_may_stay():
    unknown, overdue = subscription(), subscription(next_bill_date=date(2026, 1, 1))
    for bought in (unknown, overdue):
        same = {"next_bill": bought.next_bill_date, "seen": bought.stamp, "by": None}
        rebilling.change(bought, price=Decimal(0), **same)
        assert again(bought).price == 0
    assert "Choose the day" in refused(rebilling.change, again(overdue), price=Decimal(1), next_bill=None)


@pytest.mark.parametrize("price", ["-0.01", "1.001", "NaN", "1e400", "10000000000"])
def test_a_price_that_cannot_be_billed_is_refused(price):
    assert "Enter a price such as 9.90." in refused(
        rebilling.change, subscription(), price=Decimal(price), next_bill=None
    )


def test_nothing_to_change_is_said():
    bought = subscription(next_bill_date=SOON)
    assert "what they were" in refused(rebilling.change, bought, price=bought.price, next_bill=SOON)


# Stale pages, merges, deletions


def test_what_has_changed_since_the_page_was_opened_is_not_acted_on():
    opened = subscription(next_bill_date=SOON)
    pause(opened)
    assert "has changed since you opened the page" in refused(cancelling.cancel, opened, reason="")


def test_what_is_done_after_a_merge_goes_back_with_the_purchase():
    bought, other = subscription(next_bill_date=SOON), order(first_name="J", email="j@x.cz").found.record.customer
    had = bought.source_record.customer
    made = merge(other, had)
    cancel(bought)
    assert status_of(bought) == "Cancelled"
    undo(made)
    assert Customer.objects.get(pk=had.pk).status == "Cancelled"
    assert Customer.objects.get(pk=other.pk).status == ""
    assert HistoryEntry.objects.filter(source_record__customer=had, kind="purchase").exists()
    check_totals()


def test_a_deleted_purchase_is_said_to_be_deleted_and_does_not_stop_the_others():
    gone, due = schedule(subscription(), SOON), schedule(subscription(), SOON)
    found = applying._due(cancels_on__lte=SOON)
    Purchase.objects.filter(pk=gone.pk).delete()
    with pytest.raises(PurchaseError, match="deleted a moment ago"), altering.locked(gone, seen=None):
        pass
    assert [applying._was_done(each, applying._cancel, SOON) for each in found] == [False, True]
    assert again(due).status == "CANCELLED"


def test_an_end_that_came_by_itself_only_clears_what_was_planned():
    bought = schedule(subscription(), SOON)
    paused = pause(subscription(), SOON)
    Purchase.objects.filter(pk=bought.pk).update(status="COMPLETE")
    Purchase.objects.filter(pk=paused.pk).update(status="ACTIVE")
    assert apply_due(SOON) == []
    assert (again(bought).cancels_on, again(bought).status) == (None, "COMPLETE")
    assert again(paused).restarts_on is None


def test_what_is_looked_at_and_not_changed_is_not_saved():
    bought = schedule(subscription(), SOON)
    with altering.locked(bought, seen=bought.stamp):
        pass
    assert again(bought).stamp == bought.stamp


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_a_day_in_utc_wherever_somebody_looks(zone):
    bought = subscription()
    for now in ("2026-03-10 11:00 +0000", "2026-03-10 00:01 +0000", "2026-03-10 23:59 +0000"):
        with time_machine.travel(now), timezone.override(zone):
            assert altering.tomorrow() == TODAY + timedelta(days=1)
            assert pausing.first_bill(bought) == TODAY
            assert "Choose 11 Mar 2026 or a later day." in refused(cancelling.schedule, bought, TODAY, reason="")


def test_the_command_says_what_it_did():
    bought = schedule(subscription(), SOON)
    out = StringIO()
    with time_machine.travel("2026-03-20 06:00 +0000"):
        call_command("apply_due", stdout=out)
    assert out.getvalue() == f"Purchase {bought.pk}\n1 cancelled or restarted.\n"
    assert RecordTotals.objects.get().purchases_cancelled == 1
