"""A run by /v1/ of another installation: its server and ours share a database here, its data source is “Billing”."""

from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network

import pytest
import time_machine
from django.utils import timezone

from crm.jobs.kinds.import_file import start_undo
from crm.jobs.lost_jobs import wake_lost_jobs
from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from crm.pulls import pulls
from crm.pulls.models import Pull, System
from crm.pulls.pulls import PullAccount
from crm.pulls.start import start_pull
from customers.models import Customer, Event, Merge, SourceRecord, Tag
from orders.models import Import, Order, OrderItem, Product, Purchase, Transaction
from tests.acts import merge, undo
from tests.api.caller import Caller
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    MARCH,
    check,
    imported,
    invoice,
    known,
    line,
    one_time,
    paid,
    purchase,
    source,
    texts,
)
from tests.factories import allow, make_user

EVERYTHING = ("customers.view_customer", "customers.merge_customer", "customers.merge_unmatched_customer")


@pytest.fixture
def there(transactional_db) -> Caller:
    """Helena with a subscription that was paid once and will be again, and Bob, who paid in part."""
    caller = Caller()
    helena, bob = known(), known("scus_2", name="Bob")
    Tag.objects.create(source_record=helena.records.get(), name="vip, really")
    imported(helena, invoice(line(external_id="li_1"), payments=[paid(external_id="tr_1")], **texts()), caller=caller)
    part = paid(external_id="tr_2", amount_in_cents=1000)
    imported(bob, invoice(one_time(), external_id="inv_2", payments=[part]), caller=caller)
    return caller


@pytest.fixture
def pull(there, live_server, settings) -> Pull:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    owner = allow(make_user("owner", list(EVERYTHING)), "orders.run_import")
    entered = PullAccount(live_server.url, there.token, every=6, source_there="Billing")
    return pulls.add(entered, system=System.CHARTMOGUL, source="Copy", by=owner)


def work(job: Job) -> Job:
    while job.is_unfinished and job.wake_at <= timezone.now():
        job = take_turn(str(job.uuid), worker="w")
    return job


def run(pull: Pull) -> Job:
    job = work(start_pull(pull, by=pull.by))
    assert job.state == "done", job.message
    return job


def copied(external_id: str) -> Order:
    return Order.objects.get(data_source__name="Copy", external_id=external_id)


def sent(external_id: str) -> Order:
    return Order.objects.get(data_source__name="Billing", external_id=external_id)


def state():
    """All that a run may write, but its own rows."""
    tables = (Customer, SourceRecord, Order, OrderItem, Transaction, Purchase, Product, Tag, Event)
    return {model: list(model.objects.order_by("pk").values()) for model in tables}


def test_a_run_brings_customers_plans_invoices_payments_and_subscriptions_and_a_second_one_nothing(pull):
    job = run(pull)
    assert job.counts == {"Created": 2, "Joined": 2}
    records = SourceRecord.objects.filter(data_source=pull.data_source).order_by("external_id")
    assert [(r.external_id, r.first_name) for r in records] == [("scus_1", "Helena"), ("scus_2", "Bob")]
    assert list(Tag.objects.filter(source_record=records[0]).values_list("name", flat=True)) == ["vip, really"]
    first, second = copied("inv_1"), copied("inv_2")
    assert (first.total, first.status, first.at) == (Decimal("50.00"), "COMPLETE", sent("inv_1").at)
    assert {name: getattr(first, name) for name in texts()} == texts()
    item, original = first.items.get(), sent("inv_1").items.get()
    for name in ("kind", "amount", "external_id", "service_from", "service_to", "quantity"):
        assert getattr(item, name) == getattr(original, name), name
    assert (item.product.name, item.product.interval_unit) == ("Gold", original.product.interval_unit)
    assert item.purchase.external_id == "sub_1"
    assert item.purchase.status == purchase_of("Billing").status
    assert [(t.external_id, t.amount) for t in second.transactions.all()] == [("tr_2", Decimal("10.00"))]
    check()

    before = state()
    assert run(pull).counts.keys() <= {"Already here"}  # on PostgreSQL a reader may be told a row again
    Pull.objects.update(place={}, since=None)
    assert run(pull).counts == {"Already here": 4}
    assert state() == before
    assert Import.objects.count() == 1


def purchase_of(source_name: str) -> Purchase:
    return Purchase.objects.get(external_id="sub_1", source_record__data_source__name=source_name)


def test_what_happened_there_since_comes_with_the_next_run(pull, there):
    run(pull)
    helena = SourceRecord.objects.get(external_id="scus_1", data_source=source()).customer
    february = line(external_id="li_2", service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(helena, invoice(february, external_id="inv_3", payments=[], date=FEBRUARY), caller=there)
    there.post(f"import/invoices/{sent('inv_1').uuid}/transactions", paid(type="refund", external_id="tr_3"))
    there.patch(f"invoices/{sent('inv_2').uuid}/disabled_state", {"disabled": True})
    original = purchase_of("Billing")
    answer = there.patch(f"import/subscriptions/{original.uuid}", {"cancelled_at": "2016-02-20T12:00:00Z"})
    assert answer.status_code == 202

    job = run(pull)
    assert job.counts["Joined"] == 1
    assert (job.counts["Invoices changed"], job.counts["Subscriptions cancelled"]) == (2, 1)
    assert (copied("inv_1").status, copied("inv_1").refunded) == ("REFUNDED", Decimal("50.00"))
    assert copied("inv_2").disabled_at
    bought = purchase_of("Copy")
    assert (bought.status, bought.cancelled_at) == ("CANCELLED", purchase_of("Billing").cancelled_at)
    assert [item.order.external_id for item in bought.items.order_by("pk")] == ["inv_1", "inv_3"]
    check()
    before = state()
    assert set(run(pull).counts) <= {"Already here"}
    assert state() == before


def test_a_merge_there_is_followed_once_and_not_again_after_an_undo_here(pull):
    run(pull)
    helena, bob = (SourceRecord.objects.get(external_id=i, data_source=source()).customer for i in ("scus_1", "scus_2"))
    merge(helena, bob)
    assert run(pull).counts["Merged"] == 1
    mine = {r.customer for r in SourceRecord.objects.filter(data_source=pull.data_source)}
    assert [customer.first_name for customer in mine] == ["Helena"]
    undo(Merge.objects.get(survivor=mine.pop()))
    Customer.objects.filter(pk=helena.pk).update(updated=timezone.now())  # it is listed there again
    assert "Merged" not in run(pull).counts
    assert Merge.objects.filter(undone_at=None).count() == 1


def test_who_may_not_merge_is_told_who_is_one_customer_there(pull):
    run(pull)
    helena, bob = (SourceRecord.objects.get(external_id=i, data_source=source()).customer for i in ("scus_1", "scus_2"))
    merge(helena, bob)
    pull.by.user_permissions.clear()
    allow(pull.by, "orders.run_import")
    job = run(pull)
    assert "may not merge" in job.errors.get().reason
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("turns", [0, 2, 3, 4])
def test_a_run_goes_on_where_it_was_killed_and_brings_each_row_once(pull, monkeypatch, turns):
    job = start_pull(pull, by=pull.by)
    for _ in range(turns):
        job = take_turn(str(job.uuid), worker="w", is_stopping=lambda: True)
    monkeypatch.setattr("crm.pulls.steps.step", interrupt)  # all is written, and not committed
    with pytest.raises(KeyboardInterrupt):
        take_turn(str(job.uuid), worker="w")
    monkeypatch.undo()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        wake_lost_jobs()
        job = work(Job.objects.get())
    assert (job.state, job.counts) == ("done", {"Created": 2, "Joined": 2})
    assert Order.objects.filter(data_source=pull.data_source).count() == 2
    check()


def interrupt(*args, **options):
    raise KeyboardInterrupt


def test_a_run_can_be_undone_with_payments_and_subscriptions(pull, there):
    original = purchase_of("Billing")
    there.patch(f"import/subscriptions/{original.uuid}", {"cancelled_at": "2016-02-20T12:00:00Z"})
    run(pull)
    assert purchase_of("Copy").status == "CANCELLED"
    assert work(start_undo(Import.objects.get(), by=pull.by)).counts == {"Undone": 2}
    assert not Order.objects.filter(data_source=pull.data_source).exists()
    assert not SourceRecord.objects.filter(data_source=pull.data_source).exists()
    assert purchase("sub_1") == original
    check()


def test_an_undo_of_a_later_run_leaves_the_subscription_as_the_first_one_brought_it(pull, there):
    run(pull)
    helena = SourceRecord.objects.get(external_id="scus_1", data_source=source()).customer
    february = line(amount_in_cents=7000, service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(helena, invoice(february, external_id="inv_3", date=FEBRUARY), caller=there)
    run(pull)
    assert purchase_of("Copy").price == Decimal("70.00")
    work(start_undo(Import.objects.order_by("-pk")[0], by=pull.by))
    assert purchase_of("Copy").price == Decimal("50.00")
    assert Order.objects.filter(data_source=pull.data_source).count() == 2
    check()
    job = work(start_undo(Import.objects.order_by("pk")[0], by=pull.by))
    assert (job.counts, Purchase.objects.count()) == ({"Undone": 2}, 1)
