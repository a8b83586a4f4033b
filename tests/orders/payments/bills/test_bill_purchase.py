"""A purchase that is due is billed through the gateway: each day that was due once, whatever is killed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.audit.models import AuditEntry
from customers.lib.audit import AuditAction
from customers.lib.batches import BATCH
from customers.models import DataSource, PaySource
from orders.double_payments.double_payment_list import count_open
from orders.models import DoublePayment, Order, Purchase, Transaction
from orders.payments.bills import bill_purchase
from orders.payments.bills.bill_purchase import bill_due
from orders.payments.rerun import chargeable_cards, rerun_order
from orders.subscriptions.cancel import schedule_after_bill, schedule_cancellation
from orders.subscriptions.pause import pause_purchase, reactivate_purchase
from tests.acts import make_pending_an_hour_old, rebuild, settle_pending
from tests.database import check_totals, history_of, reloaded
from tests.orders.payments.test_cancel_and_refund import bought
from tests.query_costs import analyze, plan_of
from tests.recording_gateway import recording

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 31)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-31 12:00 +0000", tick=True):
        yield


def due(token: str = "sandbox-approves", **values) -> Purchase:  # noqa: S107 - no secret
    """Begun by an order that the gateway charged, a month ago."""
    purchase = bought()
    for card in PaySource.objects.all():
        card.token = token
        card.save()
    Purchase.objects.filter(pk=purchase.pk).update(**{"begun_here": True, "next_bill_date": TODAY, **values})
    return reloaded(purchase)


def run(day: date = TODAY) -> list[Purchase]:
    return list(bill_due(day))


def renewals() -> list[Order]:
    return list(Order.objects.filter(kind="RECURRING").order_by("pk"))


def test_a_purchase_that_is_due_is_billed_once_and_goes_on_to_its_next_day():
    purchase = due()
    assert run() == [purchase]
    assert run() == []
    [order] = renewals()
    assert (order.status, order.total, order.email) == ("COMPLETE", Decimal("9.90"), "hholy@gmail.com")
    assert order.items.get().purchase == purchase
    purchase = reloaded(purchase)
    assert (purchase.status, purchase.next_bill_date, purchase.bill) == ("ACTIVE", date(2026, 4, 30), None)
    assert history_of(purchase)[0] == f"Billed 9.90 USD for purchase {purchase.pk} (Unlimited Monthly)."
    check_totals()
    assert rebuild() == "Nothing differed."


def test_each_bill_and_each_attempt_is_on_the_audit_log():
    purchase, before = due("sandbox-soft-decline"), AuditEntry.objects.count()
    run()
    Purchase.objects.update(bills_again_on=TODAY)
    run()
    [order] = renewals()
    entries = AuditEntry.objects.filter(action=AuditAction.PAYMENT).order_by("pk")[before:]
    assert [(entry.text, entry.customer, entry.by) for entry in entries] == [
        (f"Order {order.number}: {what}, 9.90 USD.", purchase.source_record.customer_id, None)
        for what in ("billed when due", "charged again")
    ]


def test_what_was_not_billed_for_months_is_billed_once():
    purchase = due(next_bill_date=date(2026, 1, 15))
    run()
    run()
    assert len(renewals()) == 1
    assert reloaded(purchase).next_bill_date == date(2026, 4, 15)


@pytest.mark.parametrize(
    "values",
    [
        {"begun_here": False},
        {"next_bill_date": TODAY + timedelta(days=1)},
        {"status": "PAUSED"},
        {"status": "RECYCLE_FAILED"},
        {"price": 0},
        {"cancels_on": TODAY},
        {"cancels_on": TODAY + timedelta(days=9), "bills_until_cancelled": False},
        {"pauses_on": TODAY},
    ],
)
def test_what_is_not_due_is_not_billed(values):
    due(**values)
    with recording() as gateway:
        assert run() == []
        assert gateway.requests == []
    assert renewals() == []


def test_a_data_source_that_is_billed_elsewhere_is_not_billed_here():
    purchase = due()
    DataSource.objects.update(bills_elsewhere=True)
    assert (run(), reloaded(purchase).is_billed_here) == ([], False)


def test_a_soft_decline_is_tried_again_on_later_days_and_then_given_up():
    purchase = due("sandbox-soft-decline")
    days = [TODAY + timedelta(days=after) for after in (0, 3, 8, 15)]
    for day in days:
        with time_machine.travel(f"{day} 12:00 +0000"):
            assert run(day) == [purchase]
            assert run(day) == []
    [order] = renewals()
    assert (order.status, order.transactions.count()) == ("DECLINED", 4)
    assert (reloaded(purchase).status, reloaded(purchase).bills_again_on) == ("RECYCLE_FAILED", None)
    assert history_of(purchase)[0].endswith("failed: Insufficient funds.")


def test_a_hard_decline_is_not_tried_again():
    purchase = due("sandbox-hard-decline")
    run()
    assert reloaded(purchase).status == "RECYCLE_FAILED"
    assert run(TODAY + timedelta(days=30)) == []


def test_without_a_card_billing_fails_and_says_why():
    purchase = due("")
    assert run() == []
    assert reloaded(purchase).status == "RECYCLE_FAILED"
    assert history_of(purchase)[0].endswith("failed: No card on file can be charged.")


def test_a_declined_bill_that_is_paid_by_hand_goes_on():
    purchase = due("sandbox-soft-decline")
    run()
    [order] = renewals()
    for card in PaySource.objects.all():
        card.token = "sandbox-approves"
        card.save()
    rerun_order(order, chargeable_cards(order)[0].pk, seen=order.stamp, by=None)
    purchase = reloaded(purchase)
    assert (purchase.status, purchase.next_bill_date, purchase.bill) == ("ACTIVE", date(2026, 4, 30), None)
    check_totals()


def test_what_failed_and_is_reactivated_begins_another_bill():
    purchase = due("sandbox-hard-decline")
    run()
    purchase = reloaded(purchase)
    reactivate_purchase(purchase, TODAY, seen=purchase.stamp, by=None)
    run()
    assert len(renewals()) == 2


def test_a_bill_without_an_answer_is_asked_about_and_charged_once():
    purchase = due("sandbox-times-out")
    with recording() as gateway:
        run()
        run()
        assert len({request.key for request in gateway.requests}) == 1
    assert (reloaded(purchase).next_bill_date, len(renewals())) == (TODAY, 1)
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(purchase).next_bill_date == date(2026, 4, 30)
    assert len(renewals()) == 1
    check_totals()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_leaves_a_bill_that_the_next_run_charges_once(moment, monkeypatch):
    purchase = due()

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with recording() as gateway:
        if moment == "before":
            monkeypatch.setattr(bill_purchase, "ask_gateway", killed)
        else:
            gateway.then = killed
        with pytest.raises(KeyboardInterrupt):
            run()
        monkeypatch.undo()
        gateway.then = list
        assert run() == [purchase]
        assert len({request.key for request in gateway.requests}) == 1
    assert Transaction.objects.filter(order__kind="RECURRING", status="SUCCESS").count() == 1
    assert reloaded(purchase).next_bill_date == date(2026, 4, 30)
    check_totals()


def test_two_workers_bill_a_purchase_once(run_together):
    purchase = due()
    with recording() as gateway:
        run_together(run, run)
        assert len({request.key for request in gateway.requests}) == 1
    assert [order.status for order in renewals()] == ["COMPLETE"]
    assert reloaded(purchase).next_bill_date == date(2026, 4, 30)
    check_totals()


def test_a_purchase_is_cancelled_after_its_next_successful_bill():
    purchase = due("sandbox-soft-decline")
    schedule_after_bill(purchase, reason="Moved", seen=None, by=None)
    run()
    assert reloaded(purchase).status == "RECYCLE_BILLING"
    for card in PaySource.objects.all():
        card.token = "sandbox-approves"
        card.save()
    run(TODAY + timedelta(days=3))
    purchase = reloaded(purchase)
    assert (purchase.status, purchase.cancel_reason, purchase.cancels_after_bill) == ("CANCELLED", "Moved", False)


def test_a_cancellation_at_the_next_bill_comes_before_it():
    purchase = due()
    schedule_cancellation(purchase, TODAY + timedelta(days=1), reason="Moved", seen=None, by=None)
    Purchase.objects.update(next_bill_date=TODAY + timedelta(days=1))
    with time_machine.travel("2026-04-01 12:00 +0000"):
        assert run(TODAY + timedelta(days=1)) == []


def test_what_is_paused_while_the_gateway_answers_stays_paused():
    purchase = due("sandbox-times-out")
    run()
    purchase = reloaded(purchase)
    pause_purchase(purchase, None, seen=purchase.stamp, by=None)
    make_pending_an_hour_old()
    settle_pending()
    assert (reloaded(purchase).status, reloaded(purchase).bill) == ("PAUSED", None)


def test_a_purchase_of_the_31st_is_billed_on_the_last_day_of_shorter_months():
    purchase = due(at="2026-01-31T10:00Z", next_bill_date=date(2026, 2, 28))
    run()
    assert reloaded(purchase).next_bill_date == date(2026, 4, 30)


def test_what_is_due_and_what_is_paid_twice_are_read_from_an_index():
    purchase = due()
    many = {"source_record": purchase.source_record, "product": purchase.product, "price": 1, "currency": "USD"}
    Purchase.objects.bulk_create(Purchase(**many, next_bill_date=TODAY) for _ in range(3_000))
    seen = {"dismissed_at": timezone.now(), "kind": "purchases", "customers": [], "rows": []}
    DoublePayment.objects.bulk_create(DoublePayment(key=str(n), **seen) for n in range(3_000))
    DoublePayment.objects.create(key="open", kind="purchases", customers=[], rows=[])
    analyze()
    with CaptureQueriesContext(connection) as queries:
        assert list(bill_purchase.due(TODAY).order_by("pk")[:BATCH]) == [purchase]
        assert count_open() == "1"
    plans = [plan_of(query["sql"]) for query in queries]
    assert "purchase_by_bill_date" in plans[0]
    assert "doublepayment_open" in plans[1]
