"""A run by /v1/ of ChartMogul, which lists all, and not what changed."""

from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_network

import pytest
import time_machine

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.pulls import connection, pulls
from crm.pulls.errors import PullError
from crm.pulls.models import Pull, System
from crm.pulls.pulls import PullAccount
from crm.pulls.start import start_pull
from customers.models import Attribute, Customer, SourceRecord, Tag
from orders.models import Order, Purchase
from tests.crm.pulls.chartmogul.account import KEY, Account, churn, customer, invoice, plan, serving, source
from tests.tables import table

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW) as now:
        yield now


@pytest.fixture
def account(settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    rows = {
        "data_sources": [source()],
        "plans": [plan()],
        "customers": [customer("cus_1", ("ds_A", "ext_1"), ("ds_B", "ext_1"), ("ds_A", "rec_7"))],
        "invoices": [invoice("inv_2", "2026-11-02"), invoice("inv_1", "2026-10-02")],
    }
    with serving(Account(rows)) as account:
        yield account


@pytest.fixture
def pull(account, owner) -> Pull:
    entered = PullAccount(account.url, KEY, every=6)
    return pulls.add(entered, system=System.CHARTMOGUL, source="Billing", by=owner)


def run(pull: Pull) -> Job:
    job = start_pull(pull, by=None)
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="w")
    return job


def test_a_run_brings_what_chartmogul_answers(account, pull):
    account.size = 1
    account.rows["activities"] = [churn("2026-11-10")]
    job = run(pull)
    counts = {"Created": 1, "Joined": 3, "Subscriptions cancelled": 1}
    assert (job.state, job.message, job.counts) == ("done", "", counts)
    records = SourceRecord.objects.filter(data_source=pull.data_source).order_by("pk")
    assert [record.external_id for record in records] == ["ext_1", "there_rec_7"]
    john = Customer.objects.get()
    assert (john.first_name, john.last_name, john.company, john.email) == (
        "John",
        "Smith",
        "Initrode",
        "john@example.com",
    )
    assert john.billing_address == {
        "city": "Mountain View",
        "state": "California",
        "country": "US",
        "postal_code": "12345",
    }
    assert [*Tag.objects.values_list("name", flat=True)] == ["vip"]
    assert {*Attribute.objects.values_list("name", "value")} == {("Toggle", "true"), ("CAC", "25")}
    orders = Order.objects.order_by("at")
    paid = (Decimal("55.00"), "COMPLETE")
    assert [(o.external_id, o.total, o.status) for o in orders] == [("inv_1", *paid), ("inv_2", *paid)]
    subscription, fee = orders[0].items.order_by("pk")
    assert (subscription.quantity, subscription.discount, subscription.tax) == (5, Decimal("12.00"), Decimal("2.00"))
    assert (fee.kind, fee.description, fee.amount) == ("one_time", "fake_item", Decimal("45.00"))
    bought = Purchase.objects.get()
    assert (bought.product.name, bought.status) == ("Gold", "CANCELLED")
    assert bought.cancelled_at == datetime(2026, 11, 10, tzinfo=UTC)
    assert ("customers/cus_1", {}) in account.asked


def test_a_later_run_reads_new_customers_and_the_invoices_that_are_new_or_recent(account, pull):
    account.size = 1
    account.rows["invoices"] += [invoice(f"old_{n}", f"2026-0{n}-02") for n in range(9, 0, -1)]
    assert run(pull).counts == {"Created": 1, "Joined": 12}
    account.asked.clear()
    account.rows["invoices"].insert(0, invoice("inv_3", "2026-11-19"))
    refund = {**invoice("inv_2", "2026-11-02")["transactions"][0], "type": "refund", "uuid": "tr_back"}
    account.rows["invoices"][1]["transactions"].append(refund)
    account.rows["customers"].append(customer("cus_2", ("ds_A", "ext_2"), name="Ann Lee", email="ann@lee.example"))
    job = run(pull)
    assert job.counts == {"Created": 1, "Joined": 1, "Already here": 2, "Invoices changed": 1}
    assert Order.objects.get(external_id="inv_2").status == "REFUNDED"
    pages = [query.get("cursor", "0") for path, query in account.asked if path == "invoices"]
    assert sorted({*pages}) == ["0", "1", "2"]
    assert [query["cursor"] for path, query in account.asked if path == "customers"] == ["1"]


def test_an_invoice_that_cannot_be_taken_in_is_named_and_the_others_are_in(account, pull):
    run(pull)
    wrong = invoice("inv_9", "2026-11-03", currency="XXY")
    stranger = invoice("inv_8", "2026-11-03", customer_uuid="cus_gone")
    twice = invoice("inv_7", "2026-11-03", transactions=invoice("inv_1", "2026-10-02")["transactions"])
    account.rows["invoices"][:0] = [wrong, stranger, twice]
    job = run(pull)
    reasons = dict(job.errors.values_list("row", "reason"))
    assert reasons.keys() == {"Invoice inv_9", "Invoice inv_8", "Invoice inv_7"}
    assert "currency" in reasons["Invoice inv_9"]
    assert "customer is not here" in reasons["Invoice inv_8"]
    assert "already been taken" in reasons["Invoice inv_7"]
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["inv_1", "inv_2"]


def test_a_total_that_changed_there_is_told_and_stays(account, pull):
    run(pull)
    account.rows["invoices"][0]["line_items"][1]["amount_in_cents"] = 1
    job = run(pull)
    assert job.errors.get().reason.startswith("It is changed there: its total is 10.01, and 55.00 here.")
    assert Order.objects.get(external_id="inv_2").total == Decimal("55.00")


def test_of_several_data_sources_one_must_be_named(account, pull):
    account.rows["data_sources"].append(source("ds_B", "Recurly"))
    assert run(pull).message == "Enter which data source there is pulled. There are: Recurly, Stripe."
    Pull.objects.update(source_there="Stripe")
    assert run(pull).state == "done"
    Pull.objects.update(source_there="Paddle", place={})
    assert run(pull).message == "There is no data source “Paddle” there. There are: Recurly, Stripe."


def test_a_key_that_is_refused_stops_the_job_at_once(account, pull):
    pull = Pull.objects.get()
    pulls.change(pull, PullAccount(account.url, "other", every=6), by=pull.by)
    job = run(pull)
    assert (job.state, job.message) == (
        "failed",
        "127.0.0.1 answered 401. Check the password or API key, and what its user may do.",
    )


@table(("strange",), [([],), ({"data_sources": [{"uuid": 5}]},), ({"other": 1},), ("text",)])
def test_an_answer_that_is_not_one_of_the_api_says_so(account, pull, strange):
    account.strange = strange
    with pytest.raises(PullError, match="not one of ChartMogul's API"):
        connection.test(pull)


def test_another_data_source_there_is_read_from_the_beginning(account, pull):
    run(pull)
    pull = Pull.objects.get()
    pulls.change(pull, PullAccount(account.url, "", every=6, source_there="Stripe"), by=pull.by)
    pull.refresh_from_db()
    assert (pull.place, pull.since) == ({}, None)
