"""A run: what it brings, what a second one changes, and how it goes on after faults."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from crm.jobs.kinds.import_file import start_undo
from crm.jobs.lost_jobs import wake_lost_jobs
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.pulls import pulls
from crm.pulls.errors import PullError
from crm.pulls.models import Pull
from crm.pulls.start import start_due, start_pull
from customers.events.payload import payloads
from customers.models import Customer, Event, RecordTotals, SourceRecord
from orders.models import Import, ImportState, Order, OrderItem, Purchase, Transaction
from orders.totals.add import rebuild_totals
from tests.acts import merge
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.crm.pulls.konnektive.rows import customer_row, order_row, purchase_row, transaction_row
from tests.factories import order

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW) as now:
        yield now


def work(job):
    while job.is_unfinished and job.wake_at <= timezone.now():
        job = take_turn(str(job.uuid), worker="w")
    return job


def state():
    """All that a run may write, but its own rows."""
    tables = (Customer, SourceRecord, Order, OrderItem, Purchase, Transaction, Event)
    return {model: list(model.objects.order_by("pk").values()) for model in tables}


@pytest.fixture
def stocked(account):
    people = [customer_row(number) for number in range(1, 6)]
    account.rows["customer"] = people
    account.rows["order"] = [order_row(f"A{number}", people[number]) for number in range(3)]
    account.rows["order"].append(order_row("A9", people[0], orderStatus="PARTIAL"))
    return account


def test_a_run_brings_customers_and_decided_orders_and_joins_them_to_who_is_here(stocked, pull, owner):
    known = order("Till", first_name="Ann2", last_name="Lee", email="ann2@lee.example").order.source_record.customer_id
    job = work(start_pull(pull, by=owner))
    assert (job.state, job.counts) == ("done", {"Created": 4, "Joined": 4})
    records = SourceRecord.objects.filter(data_source__name="Old CRM")
    assert {record.external_id for record in records} == {"1", "2", "3", "4", "5"}
    assert records.get(external_id="2").customer_id == known
    orders = {row.external_id: row for row in Order.objects.filter(data_source__name="Old CRM")}
    assert orders.keys() == {"A0", "A1", "A2"}
    assert (orders["A0"].total, orders["A0"].at) == (Decimal("29.90"), datetime(2026, 11, 5, 4, 30, tzinfo=UTC))
    assert sorted(orders["A0"].items.values_list("description", "quantity", "amount")) == [
        ("Cup", 1, Decimal("9.90")),
        ("Tea", 2, Decimal("20.00")),
    ]
    customer = Customer.objects.get(email="ann1@lee.example")
    assert (customer.billing_address["city"], customer.email_opt_in, customer.custom1) == ("Brno", True, "gold")
    assert "secret" not in Pull.objects.get().encrypted


def test_a_second_run_reads_one_day_more_and_changes_nothing(stocked, pull):
    work(start_pull(pull, by=None))
    pull.refresh_from_db()
    assert (pull.since.isoformat(), pull.place) == ("2026-11-19", {})
    Pull.objects.update(since="2026-11-01")
    before = state()
    job = work(start_pull(pull, by=None))
    assert (job.state, job.counts, Import.objects.count()) == ("done", {"Already here": 8}, 1)
    assert state() == before


@pytest.mark.parametrize("turns", [0, 1, 4, 6])
def test_a_run_goes_on_where_it_was_killed_and_brings_each_row_once(stocked, pull, now, monkeypatch, turns):
    stocked.size = 2
    job = start_pull(pull, by=None)
    for _ in range(turns):
        job = take_turn(str(job.uuid), worker="w", is_stopping=lambda: True)
    monkeypatch.setattr("crm.pulls.konnektive.run._step", interrupt)  # all is written, and not committed
    with pytest.raises(KeyboardInterrupt):
        take_turn(str(job.uuid), worker="w")
    monkeypatch.undo()
    asked = len(stocked.queries)
    now.shift(timedelta(hours=1))
    wake_lost_jobs()
    job = work(Job.objects.get())
    assert (job.state, job.counts) == ("done", {"Created": 5, "Joined": 3})
    assert len(stocked.queries) == asked + 11 - turns  # the days before: 3 pages, 2, 1 and 1; today: 1 each
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A0", "A1", "A2"]
    assert SourceRecord.objects.filter(data_source__name="Old CRM").count() == 5


def test_purchases_and_transactions_come_and_what_becomes_of_them_follows(stocked, pull, owner):
    people = stocked.rows["customer"]
    stocked.rows["purchase"] = [purchase_row("P1", people[0]), purchase_row("P2", people[1], status="PAUSED")]
    declined = transaction_row(6, "A1", responseType="HARD_DECLINE", responseText="Do not honor")
    pending = transaction_row(7, "A1", responseType="PENDING")
    stocked.rows["transactions"] = [transaction_row(5, "A0"), declined, pending, transaction_row(8, "elsewhere")]
    job = work(start_pull(pull, by=owner))
    assert (job.state, job.counts) == ("done", {"Created": 5, "Joined": 5, "Transactions": 2})
    bought = Purchase.objects.get(external_id="P1")
    assert (bought.status, bought.price, str(bought.next_bill_date)) == ("ACTIVE", Decimal("20.00"), "2026-12-04")
    assert (bought.product.name, bought.product.interval_count, bought.product.interval_unit) == ("Tea club", 30, "day")
    paid = Transaction.objects.order_by("external_id").values_list("order__external_id", "status", "amount", "answer")
    assert list(paid) == [
        ("A0", "SUCCESS", Decimal("29.90"), "Approved"),
        ("A1", "HARD_DECLINE", Decimal("29.90"), "Do not honor"),
    ]
    assert set(Order.objects.values_list("status", flat=True)) == {"COMPLETE"}
    Pull.objects.update(since="2026-11-01")
    before = state()
    assert work(start_pull(pull, by=owner)).counts == {"Already here": 10}
    assert state() == before

    today = "2026-11-20 09:00:00"
    stocked.rows["purchase"][0].update(status="CANCELLED", lastCancellationDate=today, dateUpdated=today)
    stocked.rows["purchase"][1].update(status="ACTIVE", price="25.00", nextBillDate="2027-01-04", dateUpdated=today)
    stocked.rows["order"][0].update(orderStatus="REFUNDED", dateUpdated=today)
    stocked.rows["transactions"].append(transaction_row(9, "A0", txnType="REFUND", dateUpdated=today))
    job = work(start_pull(pull, by=owner))
    assert job.counts == {"Already here": 3, "Refunds": 1, "Purchases changed": 2, "Transactions": 1}
    changed = Purchase.objects.order_by("external_id").values_list("status", "price", "next_bill_date")
    assert list(changed) == [("CANCELLED", Decimal(20), None), ("ACTIVE", Decimal(25), date(2027, 1, 4))]
    event = Event.objects.filter(kind="subscription.cancelled").get()
    assert payloads([event])[0]["data"]["purchase"] == str(bought.pk)
    assert Purchase.objects.get(external_id="P1").cancelled_at == datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert Order.objects.get(external_id="A0").status == "REFUNDED"
    assert not rebuild_totals(list(SourceRecord.objects.values_list("pk", flat=True)))


def test_payments_that_came_with_their_orders_are_undone_with_them(stocked, pull, owner):
    stocked.rows["purchase"] = [purchase_row("P1", stocked.rows["customer"][0])]
    stocked.rows["transactions"] = [transaction_row(5, "A0")]
    work(start_pull(pull, by=owner))
    work(start_undo(Import.objects.get(), by=owner))
    assert not any(model.objects.exists() for model in (Order, Purchase, Transaction, SourceRecord))


def interrupt(*args):
    raise KeyboardInterrupt


def test_what_changed_there_comes_with_the_next_run(stocked, pull):
    work(start_pull(pull, by=None))
    lead = stocked.rows["order"][-1]
    lead.update(orderStatus="COMPLETE", dateUpdated="2026-11-20 09:00:00")
    stocked.rows["order"][0].update(orderStatus="REFUNDED", dateUpdated="2026-11-20 09:00:00")
    stocked.rows["order"][1].update(amountRefunded="9.90", dateUpdated="2026-11-20 09:00:00")
    job = work(start_pull(pull, by=None))
    assert job.counts == {"Joined": 1, "Already here": 2, "Refunds": 2}
    refunded = Order.objects.order_by("external_id").values_list("external_id", "status", "refunded")
    assert list(refunded) == [
        ("A0", "REFUNDED", Decimal("29.90")),
        ("A1", "COMPLETE", Decimal("9.90")),
        ("A2", "COMPLETE", Decimal("0.00")),
        ("A9", "COMPLETE", Decimal("0.00")),
    ]
    totals = RecordTotals.objects.aggregate(refunded=Sum("refunded"))
    assert totals == {"refunded": 3980}
    assert not rebuild_totals(list(SourceRecord.objects.values_list("pk", flat=True)))


def test_a_row_that_moves_while_its_days_are_read_hides_no_other(stocked, pull):
    stocked.size, stocked.rows["order"] = 2, []
    people = stocked.rows["customer"]

    def change(account, query):
        if query["page"] == "2" and people[0]["dateUpdated"] < "2026-11-20":
            people[0]["dateUpdated"] = "2026-11-20 09:59:00"

    stocked.before = change
    work(start_pull(pull, by=None))
    assert SourceRecord.objects.filter(data_source__name="Old CRM").count() == 5


def test_a_system_that_is_busy_is_asked_later_and_not_before(stocked, pull, now):
    stocked.before, stocked.headers = lambda account, query: (429, ""), {"Retry-After": "600"}
    job = work(start_pull(pull, by=None))
    assert (job.state, job.attempts) == ("running", 1)
    now.shift(timedelta(seconds=590))
    assert work(job).attempts == 1
    stocked.before, stocked.headers = lambda account, query: None, {}
    now.shift(timedelta(seconds=20))
    job = work(job)
    assert (job.state, job.attempts, Order.objects.count()) == ("done", 0, 3)


def test_a_system_that_stays_away_stops_the_job_with_a_reason_and_the_next_run_goes_on(stocked, pull, now):
    stocked.before = lambda account, query: (502, "") if query["subject"] == "order" else None
    job = start_pull(pull, by=None)
    for _ in range(5):
        job = work(job)
        now.shift(timedelta(minutes=10))
    assert (job.state, job.message) == ("failed", "127.0.0.1 answered 502.")
    stocked.before, stocked.queries = lambda account, query: None, []
    job = work(start_pull(pull, by=None))
    assert (job.state, job.counts) == ("done", {"Joined": 3})
    assert "customer" not in {query["subject"] for query in stocked.queries}
    assert set(Import.objects.values_list("state", flat=True)) == {ImportState.DONE}


def test_a_password_that_is_refused_stops_the_job_at_once_and_is_told_nowhere(stocked, pull):
    Pull.objects.update(login="other")
    job = work(start_pull(pull, by=None))
    assert (job.state, job.message) == ("failed", "The account refused: Could not authenticate credentials")


def test_a_run_that_has_not_ended_is_not_started_again(stocked, pull):
    start_pull(pull, by=None)
    with pytest.raises(PullError, match="has not ended"):
        start_pull(pull, by=None)
    assert (start_due(), Job.objects.count()) == (0, 1)


def test_a_run_is_due_at_once_and_then_after_its_hours(stocked, pull, now):
    assert start_due() == 1
    work(Job.objects.get())
    assert start_due() == 0
    now.shift(timedelta(hours=6, seconds=1))
    assert start_due() == 1


def test_a_job_of_a_pull_that_was_deleted_stops(stocked, pull):
    job = start_pull(pull, by=None)
    pulls.delete(pull, by=pull.by)
    assert work(job).message == "This pull was deleted."


def test_a_job_that_a_later_run_has_overtaken_stops(stocked, pull):
    Pull.objects.update(login="other")
    first = work(start_pull(pull, by=None))
    Pull.objects.update(login="api")
    later = work(start_pull(pull, by=None))
    Job.objects.filter(pk=first.pk).update(state="queued")
    first.refresh_from_db()
    assert work(first).message == f"A later run goes on with this pull: job {later.pk}."


def test_what_a_run_brought_can_be_undone(stocked, pull, owner):
    work(start_pull(pull, by=owner))
    job = work(start_undo(Import.objects.get(), by=owner))
    assert (job.state, Order.objects.count(), Customer.objects.live().count()) == ("done", 0, 0)


def test_another_installation_is_pulled_whole_through_its_own_answers(account, pull):
    account.rows.update(rows_of_an_installation())
    job = work(start_pull(pull, by=None))
    assert (job.state, job.failed) == ("done", 0)
    customers = {c.email: c for c in Customer.objects.live()}
    assert customers.keys() == {"helena@holy.example", "bob@roe.example"}
    helena = customers["helena@holy.example"]
    assert (helena.first_name, helena.last_name) == ("Helena", "Holý")
    orders = Order.objects.order_by("total").values_list("total", "status", "source_record__customer__email")
    assert list(orders) == [
        (Decimal("5.00"), "COMPLETE", "bob@roe.example"),
        (Decimal("9.90"), "COMPLETE", "helena@holy.example"),
        (Decimal("12.00"), "COMPLETE", "helena@holy.example"),
    ]


def rows_of_an_installation():
    """As our own dialect answers them, of rows that are gone again: one of three customers was merged."""
    with transaction.atomic():
        caller = KonnektiveCaller()
        kept = order(first_name="Helena", last_name="Holý", email="helena@holy.example").assigned.record.customer
        same = order(total="12.00", first_name="Helen", last_name="Holy", email="helen@holy.example")
        order(total="5.00", first_name="Bob", last_name="Roe", email="bob@roe.example")
        merge(kept, same.assigned.record.customer)
        rows = {subject: answered(caller, subject) for subject in ("customer", "order")}
        transaction.set_rollback(True)
    cache.clear()
    return rows


def answered(caller, subject):
    days = {"startDate": "01/01/2026", "endDate": "12/31/2026"}
    rows = caller.ask(f"{subject}/query", dateRangeType="dateUpdated", **days)[1]["data"]
    # The account's clock is that of the test; the database has its own.
    return [{**row, "dateUpdated": "2026-11-20 08:00:00"} for row in rows]
