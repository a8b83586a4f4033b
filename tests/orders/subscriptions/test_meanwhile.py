"""Stale pages, merges, deletions, and days in any zone."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer, HistoryEntry, RecordTotals
from orders.models import Purchase
from orders.subscriptions.apply_due import _apply, _cancel, _due
from orders.subscriptions.cancel import cancel_purchase, schedule_cancellation
from orders.subscriptions.common import PurchaseError, locked_purchase, tomorrow
from orders.subscriptions.pause import proposed_next_bill
from tests.acts import cancel, cancel_on, merge, pause, undo
from tests.database import check_totals, reloaded
from tests.factories import order, subscription
from tests.orders.subscriptions.purchase_checks import SOON, TODAY, apply_due, refusal_of, status_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_what_has_changed_since_the_page_was_opened_is_not_acted_on():
    opened = subscription(next_bill_date=SOON)
    pause(opened)
    assert "has changed since you opened the page" in refusal_of(cancel_purchase, opened, reason="")


def test_what_is_done_after_a_merge_goes_back_with_the_purchase():
    bought, other = subscription(next_bill_date=SOON), order(first_name="J", email="j@x.cz").assigned.record.customer
    had = bought.source_record.customer
    merged = merge(other, had)
    cancel(bought)
    assert status_of(bought) == "Cancelled"
    undo(merged)
    assert Customer.objects.get(pk=had.pk).get_billing_status_display() == "Cancelled"
    assert Customer.objects.get(pk=other.pk).billing_status == ""
    assert HistoryEntry.objects.filter(source_record__customer=had, kind="purchase").exists()
    check_totals()


def test_a_deleted_purchase_is_said_to_be_deleted_and_does_not_stop_the_others():
    gone, due = cancel_on(subscription(), SOON), cancel_on(subscription(), SOON)
    purchases = _due(cancels_on__lte=SOON)
    gone.mrr_steps.all().delete()
    Purchase.objects.filter(pk=gone.pk).delete()
    with pytest.raises(PurchaseError, match="deleted a moment ago"), locked_purchase(gone, seen=None):
        pass
    assert [_apply(purchase, _cancel, SOON) for purchase in purchases] == [False, True]
    assert reloaded(due).status == "CANCELLED"


def test_an_end_that_came_by_itself_only_clears_what_was_planned():
    bought = cancel_on(subscription(), SOON)
    paused = pause(subscription(), SOON)
    Purchase.objects.filter(pk=bought.pk).update(status="COMPLETE")
    Purchase.objects.filter(pk=paused.pk).update(status="ACTIVE")
    assert apply_due(SOON) == []
    assert (reloaded(bought).cancels_on, reloaded(bought).status) == (None, "COMPLETE")
    assert reloaded(paused).restarts_on is None


def test_what_is_looked_at_and_not_changed_is_not_saved():
    bought = cancel_on(subscription(), SOON)
    with locked_purchase(bought, seen=bought.stamp):
        pass
    assert reloaded(bought).stamp == bought.stamp


@table("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_a_day_in_utc_wherever_somebody_looks(zone):
    bought = subscription()
    for now in ("2026-03-10 11:00 +0000", "2026-03-10 00:01 +0000", "2026-03-10 23:59 +0000"):
        with time_machine.travel(now), timezone.override(zone):
            assert tomorrow() == TODAY + timedelta(days=1)
            assert proposed_next_bill(bought) == TODAY
            assert "Choose 11 Mar 2026 or a later date." in refusal_of(schedule_cancellation, bought, TODAY, reason="")


def test_the_command_says_what_it_did():
    bought = cancel_on(subscription(), SOON)
    out = StringIO()
    with time_machine.travel("2026-03-20 06:00 +0000"):
        call_command("apply_due", stdout=out)
    assert out.getvalue() == f"Purchase {bought.pk}\n1 purchase changed.\n"
    assert RecordTotals.objects.get().purchases_cancelled == 1
