"""Invoices that are changed, disabled, given up and deleted, with the totals that follow."""

import pytest
from django.conf import settings
from django.utils import timezone

from crm.api.chartmogul.invoices.requests import INVOICE_NAMES, InvoiceChanges
from customers.erasing.erase import erase_customer
from customers.models import Customer, HistoryEntry, MonthTotals, RecordTotals
from orders.invoices import errors
from orders.models import Fulfillment, Order, OrderItem, Purchase, Transaction
from tests.acts import merge, undo
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    MARCH,
    check,
    imported,
    invoice,
    known,
    line,
    one_time,
    order,
    paid,
    purchase,
    record,
    source,
)
from tests.database import reloaded
from tests.factories import order as placed
from tests.factories import paid_order, subscription
from tests.tables import table

pytestmark = pytest.mark.django_db

BY_ID = "data_source_uuid={}&external_id={}"


def known_as(external_id: str) -> str:
    return BY_ID.format(source().uuid, external_id)


def status_of(customer: Customer) -> str:
    return Customer.objects.get(pk=customer.pk).billing_status


@pytest.fixture
def january(caller, helena) -> Order:
    return imported(helena, invoice(line(), one_time()), caller=caller)[0]


def test_every_field_that_can_be_changed_is_a_column_and_documented():
    columns = {INVOICE_NAMES.get(name, name) for name in InvoiceChanges.model_fields}
    assert columns <= {field.name for field in Order._meta.concrete_fields}
    documented = (settings.BASE_DIR / "docs/api.md").read_text().partition("Besides lines and transactions")[2]
    assert [name for name in InvoiceChanges.model_fields if f"`{name}`" not in documented.partition("\n- ")[0]] == []


@table("way", ["uuid", "external id"])
def test_an_invoice_is_changed(caller, helena, january, way):
    path = f"invoices/{january.uuid}" if way == "uuid" else f"invoices?{known_as('inv_1')}"
    sent = {"date": FEBRUARY, "due_date": MARCH, "collection_method": "manual", "currency": "EUR", "unknown": 1}
    response = caller.patch(path, sent)
    assert response.status_code == 200
    shown = response.json()
    assert {key: shown[key] for key in sent if key != "unknown"} == {k: v for k, v in sent.items() if k != "unknown"}
    assert {payment.currency for payment in Transaction.objects.all()} == {"EUR"}
    assert [(row.currency, row.orders) for row in RecordTotals.objects.filter(orders__gt=0)] == [("EUR", 1)]
    assert [row.month.month for row in MonthTotals.objects.filter(orders__gt=0)] == [2]
    sentence = "Changed the date, collection method, currency and due date of order"
    assert HistoryEntry.objects.filter(kind="payment").latest("pk").text.startswith(sentence)
    check()


def test_the_first_and_last_order_follow_when_an_invoice_is_moved(caller, helena, january):
    imported(helena, invoice(external_id="inv_2", date=FEBRUARY), caller=caller)
    caller.patch(f"invoices/{january.uuid}", {"date": MARCH})
    total = RecordTotals.objects.get()
    assert (total.first_order_at, total.last_order_at) == (order("inv_2").at, order("inv_1").at)
    check()


@table(
    ("wrong", "field"),
    [
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "JPY"}, "currency"),
        ({"collection_method": "hope"}, "collection_method"),
        ({"date": "soon"}, "date"),
        ({"due_date": "99999-01-01"}, "due_date"),
    ],
)
def test_what_an_invoice_cannot_be_is_refused(caller, helena, wrong, field):
    imported(helena, invoice(line(amount_in_cents=1050)), caller=caller)
    response = caller.patch(f"invoices/{order().uuid}", {"due_date": MARCH} | wrong)
    assert (response.status_code, *response.json()["errors"]) == (422, field)
    assert (order().due, order().currency) == (None, "USD")


def test_a_shops_order_keeps_its_status_when_its_date_is_changed(caller):
    sold = placed(email="a@x.cz").order
    caller.patch(f"invoices/{sold.uuid}", {"date": FEBRUARY})
    assert Order.objects.get().status == "COMPLETE"
    check()


@table("way", ["uuid", "external id"])
def test_a_disabled_invoice_counts_for_nothing_until_it_is_enabled(caller, helena, january, way):
    path = (
        f"invoices/{january.uuid}/disabled_state" if way == "uuid" else f"invoices/disabled_state?{known_as('inv_1')}"
    )
    shown = caller.patch(path, {"disabled": True}).json()
    assert (shown["disabled"], shown["disabled_by"]) == (True, caller.user.email)
    assert caller.get("invoices").json()["invoices"] == []
    assert len(caller.get("invoices", with_disabled="true").json()["invoices"]) == 1
    assert (RecordTotals.objects.get().orders, purchase().status, status_of(helena)) == (0, "CANCELLED", "cancelled")
    check()
    shown = caller.patch(path, {"disabled": False}).json()
    assert (shown["disabled"], shown["disabled_at"], shown["disabled_by"]) == (False, None, None)
    assert (RecordTotals.objects.get().orders, purchase().status, status_of(helena)) == (1, "ACTIVE", "active")
    check()


@table("why", ["voided", "written_off"])
def test_an_invoice_is_given_up(caller, helena, january, why):
    response = caller.put(f"data_sources/{source().uuid}/invoices/inv_1/status", {"status": why})
    assert (response.status_code, response.json()["status"]) == (200, why)
    assert (order().status, RecordTotals.objects.get().amount) == ("CANCELLED", 0)
    wrong = caller.put(f"data_sources/{source().uuid}/invoices/inv_1/status", {"status": "paid"})
    assert (wrong.status_code, *wrong.json()["errors"]) == (422, "status")
    check()


@table("way", ["uuid", "external id"])
def test_an_invoice_is_deleted_with_all_that_it_brought(caller, helena, january, way):
    imported(helena, invoice(one_time(), external_id="inv_2", date=FEBRUARY), caller=caller)
    path = f"invoices/{january.uuid}" if way == "uuid" else f"invoices?{known_as('inv_1')}"
    assert caller.delete(path).status_code == 204
    assert caller.delete(path).status_code == 404
    assert [order.external_id for order in Order.objects.all()] == ["inv_2"]
    assert (OrderItem.objects.count(), Transaction.objects.count(), Purchase.objects.count()) == (1, 1, 0)
    assert RecordTotals.objects.get().first_order_at == order("inv_2").at
    assert HistoryEntry.objects.latest("pk").text == f"Deleted order {january.number} of 75.00 USD."
    assert status_of(helena) == ""
    check()


def test_a_subscription_that_another_invoice_bills_stays(caller, helena, january):
    later = line(service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(helena, invoice(later, external_id="inv_2", date=FEBRUARY), caller=caller)
    caller.delete(f"invoices/{january.uuid}")
    assert (purchase().order, purchase().at, purchase().status) == (order("inv_2"), order("inv_2").at, "ACTIVE")
    check()


def test_all_invoices_of_a_customer_at_a_source_are_deleted(caller, helena, january):
    record(helena, "scus_2")
    record(helena, "at market", at="Market")
    for number, who in enumerate(["scus_1", "scus_2", "at market"]):
        sent = invoice(line(subscription_external_id=who), external_id=str(number), customer_external_id=who)
        imported(helena, sent, caller=caller)
    path = f"data_sources/{source().uuid}/customers/{helena.uuid}/invoices"
    assert caller.delete(f"{path}?customer_external_id=scus_2").status_code == 204
    assert sorted(str(order.external_id) for order in Order.objects.all()) == ["0", "2", "inv_1"]
    assert caller.delete(path).status_code == 204
    assert [order.external_id for order in Order.objects.all()] == ["2"]
    assert [purchase.external_id for purchase in Purchase.objects.all()] == ["at market"]
    check()


def test_what_more_hangs_on_than_a_billing_system_told_is_not_deleted(caller):
    parcel, card, club = placed(email="a@x.cz").order, paid_order(), subscription().order
    Fulfillment.objects.create(source_record=parcel.source_record, order=parcel)
    for row, what in ((parcel, "fulfillments"), (card, "payments"), (club, "purchases")):
        response = caller.delete(f"invoices/{row.uuid}")
        assert response.status_code == 422
        assert what in response.json()["errors"]["invoice"]
    assert Order.objects.count() == 3
    check()


def test_what_a_shop_bills_here_is_not_ended_by_disabling_its_order(caller):
    club = subscription("PAUSED")
    OrderItem.objects.create(order=club.order, purchase=club, product=club.product, amount=1, service_from=club.at)
    assert caller.patch(f"invoices/{club.order.uuid}/disabled_state", {"disabled": True}).status_code == 200
    assert reloaded(club).status == "PAUSED"
    check()


def test_invoices_follow_a_merge_and_its_undo(caller, helena, january):
    max_ = known("scus_2", name="Max")
    imported(max_, invoice(external_id="inv_2", payments=[paid(result="failed")]), caller=caller)
    assert status_of(max_) == "past_due"
    joined = merge(helena, max_)
    assert status_of(helena) == "active"
    listed = caller.get("invoices", customer_uuid=max_.uuid).json()["invoices"]
    assert [entry["customer_uuid"] for entry in listed] == [helena.uuid] * 2
    caller.delete(f"invoices/{january.uuid}")
    assert status_of(helena) == "past_due"
    check()
    undo(joined)
    assert (status_of(helena), status_of(max_)) == ("", "past_due")
    check()


def test_an_erased_customers_invoices_go(caller, helena, january):
    erase_customer(helena, version=Customer.objects.get(pk=helena.pk).version, by=None)
    assert not any(model.objects.exists() for model in (Order, OrderItem, Transaction, Purchase))
    assert caller.get(f"invoices/{january.uuid}").status_code == 404
    assert caller.post(f"import/customers/{helena.uuid}/invoices", {"invoices": [invoice()]}).status_code == 404


def test_an_unknown_invoice_is_not_found(caller):
    for method, path in (
        ("PATCH", "invoices/inv_x"), ("DELETE", "invoices/inv_x"), ("PATCH", f"invoices?{known_as('x')}"),
        ("DELETE", f"invoices?{known_as('')}"), ("PATCH", f"invoices/disabled_state?{known_as('a%00')}"),
        ("PUT", f"data_sources/{source().uuid}/invoices/x/status"),
    ):  # fmt: skip
        assert caller.send(method, path, {"disabled": True, "status": "voided"}).status_code == 404, path


def test_a_text_of_an_invoice_is_checked_by_its_column(monkeypatch):
    sold = Order(currency="USD", at=timezone.now(), coupon_code="x" * 61)
    monkeypatch.setattr(errors, "TEXT_COLUMNS", [Order._meta.get_field("coupon_code")])
    assert errors.head_errors(sold) == {"coupon_code": "must have 60 characters or fewer and no NUL character"}
