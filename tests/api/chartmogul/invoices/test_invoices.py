"""Invoices as they are imported."""

from decimal import Decimal

import pytest

from customers.models import Customer, HistoryEntry, RecordTotals
from orders.models import Order, OrderKind, OrderStatus, Transaction
from tests.acts import merge
from tests.api.chartmogul.invoices.invoice_keys import EVERY_LINE, INVOICE, OF_SUBSCRIPTION
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    JANUARY,
    MARCH,
    check,
    imported,
    invoice,
    known,
    line,
    one_time,
    order,
    paid,
    plan,
    purchase,
    record,
    send,
    source,
)
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_an_invoice_is_told_as_recorded(caller, helena):
    sent = invoice(
        line(
            quantity=5, discount_code="DISC", discount_amount_in_cents=1200, tax_amount_in_cents=200, external_id="li"
        ),
        one_time(quantity=2),
        payments=[paid(external_id="tr")],
        due_date="2016-01-07 12:00:00 UTC",
    )
    response = send(helena, sent, caller=caller)
    assert response.status_code == 201
    assert response.json().keys() == {"invoices"}
    (shown,) = response.json()["invoices"]
    first, second = shown["line_items"]
    assert shown.keys() == INVOICE
    assert (first.keys(), second.keys()) == (EVERY_LINE | OF_SUBSCRIPTION, EVERY_LINE | {"description"})
    assert shown["transactions"][0] == {
        "uuid": Transaction.objects.get().uuid, "external_id": "tr", "amount_in_cents": None, "type": "payment",
        "date": JANUARY, "result": "successful", "transaction_fees_in_cents": None, "transaction_fees_currency": None,
    }  # fmt: skip
    assert first == {
        "uuid": first["uuid"], "external_id": "li", "type": "subscription", "subscription_uuid": purchase().uuid,
        "subscription_external_id": "sub_1", "prorated": False, "proration_type": None,
        "service_period_start": JANUARY, "service_period_end": FEBRUARY, "plan_uuid": plan().uuid,
        "amount_in_cents": 5000, "quantity": 5, "discount_code": "DISC", "discount_amount_in_cents": 1200,
        "discount_description": None, "tax_amount_in_cents": 200, "transaction_fees_in_cents": 0,
        "transaction_fees_currency": None, "account_code": "", "event_order": None,
    }  # fmt: skip
    assert (second["external_id"], second["description"]) == (None, "Setup fees")
    assert (shown["errors"], shown["due_date"]) == ({}, "2016-01-07T12:00:00.000Z")


def test_an_invoice_is_an_order_of_the_customer(caller, helena):
    imported(helena, invoice(line(), one_time()), caller=caller)
    stored = order()
    assert (stored.source_record.customer, stored.total, stored.status) == (helena, Decimal(75), OrderStatus.COMPLETE)
    assert (stored.first_name, stored.kind) == ("Helena", OrderKind.NEW_SALE)
    assert [item.description for item in stored.items.order_by("pk")] == ["Gold", "Setup fees"]
    entry = HistoryEntry.objects.get(source_record=stored.source_record)
    assert (entry.text, entry.at, entry.by) == (f"Placed order {stored.number} of 75.00 USD.", stored.at, caller.user)
    assert purchase().product == plan()
    assert Customer.objects.get(pk=helena.pk).billing_status == "active"
    check()


def test_the_next_invoice_of_a_subscription_is_of_the_same_purchase(caller, helena):
    later = invoice(
        line(service_period_start=FEBRUARY, service_period_end=MARCH, amount_in_cents=6000),
        external_id="inv_2",
        date=FEBRUARY,
    )
    imported(helena, invoice(), later, caller=caller)
    third = line(service_period_start=MARCH, service_period_end="2016-04-01")
    imported(helena, invoice(third, external_id="inv_3", date=MARCH), caller=caller)
    assert order("inv_3").kind == OrderKind.RECURRING
    assert purchase().items.count() == 3
    assert (purchase().price, purchase().order) == (Decimal(50), order("inv_1"))
    assert RecordTotals.objects.get().purchases_active == 1
    check()


@table(
    ("payments", "status", "refunded"),
    [
        ([], "PENDING", 0),
        ([paid()], "COMPLETE", 0),
        ([paid(amount_in_cents=2000)], "PENDING", 0),
        ([paid(amount_in_cents=2000), paid(amount_in_cents=3000)], "COMPLETE", 0),
        ([paid(result="failed")], "DECLINED", 0),
        ([paid(date=FEBRUARY), paid(result="failed")], "COMPLETE", 0),
        ([paid(), paid(type="refund", amount_in_cents=2000)], "COMPLETE", 20),
        ([paid(), paid(type="refund")], "REFUNDED", 50),
        ([paid(), paid(type="refund", result="failed")], "COMPLETE", 0),
    ],
)
def test_what_became_of_an_invoice_follows_from_its_payments(caller, helena, payments, status, refunded):
    imported(helena, invoice(payments=payments), caller=caller)
    assert (order().status, order().refunded) == (status, refunded)
    check()


def test_a_credit_is_below_zero_and_nothing_of_it_is_to_be_paid(caller, helena):
    credit = line(amount_in_cents=-7000, prorated=True, service_period_start="2016-01-16")
    imported(helena, invoice(), invoice(credit, external_id="inv_2", payments=[]), caller=caller)
    assert (order("inv_2").total, order("inv_2").status) == (Decimal(-70), "COMPLETE")
    assert RecordTotals.objects.get().amount == -2000
    assert purchase().price == Decimal(50)
    check()


def test_a_thousand_lines_are_one_invoice(caller, helena, django_assert_max_num_queries):
    lines = [line(external_id=f"li_{n}", subscription_external_id=f"sub_{n}") for n in range(1000)]
    # Their steps are read, and written 500 at a time.
    with django_assert_max_num_queries(98):
        (order,) = imported(helena, invoice(*lines), caller=caller)
    assert (order.items.count(), order.total) == (1000, Decimal(50000))
    assert RecordTotals.objects.get().purchases_active == 1000


def test_the_same_money_in_a_currency_without_cents(caller, helena):
    imported(helena, invoice(line(amount_in_cents=500), currency="jpy"), caller=caller)
    assert (order().total, order().currency) == (Decimal(500), "JPY")
    assert caller.get("invoices").json()["invoices"][0]["line_items"][0]["amount_in_cents"] == 500


@table(("currency", "date"), [("HRK", "2022-06-01T00:00:00Z"), ("BGN", "2022-06-01T00:00:00Z")])
def test_an_old_invoice_has_the_currency_of_its_day(caller, helena, currency, date):
    sent = [line(transaction_fees_currency=currency), one_time()]
    imported(helena, invoice(*sent, currency=currency, date=date, payments=[paid(date=date)]), caller=caller)
    assert order().currency == currency

    response = send(helena, invoice(external_id="inv_2", currency=currency, date="2026-06-01T00:00:00Z"), caller=caller)
    assert response.status_code == 422
    assert "was in use from" in str(response.json())


@table(
    ("wrong", "field"),
    [
        ({"external_id": " "}, "external_id"),
        ({"external_id": "x" * 256}, "external_id"),
        ({"external_id": "a\x00"}, "external_id"),
        ({"currency": "XYZ"}, "currency"),
        ({"collection_method": "hope"}, "collection_method"),
        ({"line_items": []}, "line_items"),
        ({"customer_external_id": "nobody"}, "customer_external_id"),
        ({"line_items": [one_time(type="gift")]}, "line_items.type"),
        ({"line_items": [one_time(amount_in_cents=10**13)]}, "line_items.amount_in_cents"),
        ({"line_items": [one_time(amount_in_cents=9 * 10**11)] * 2}, "line_items.amount_in_cents"),
        ({"line_items": [one_time(quantity=-1)]}, "line_items.quantity"),
        ({"line_items": [one_time(description="x" * 201)]}, "line_items.description"),
        ({"line_items": [one_time(event_order=2**63)]}, "line_items.event_order"),
        ({"line_items": [one_time(transaction_fees_currency="XYZ")]}, "line_items.transaction_fees_currency"),
        ({"line_items": [one_time(external_id="li")] * 2}, "line_items.external_id"),
        ({"transactions": [paid(type="gift")]}, "transactions.type"),
        ({"transactions": [paid(amount_in_cents=-1)]}, "transactions.amount_in_cents"),
        ({"transactions": [paid(external_id="tr")] * 2}, "transactions.external_id"),
    ],
)
def test_nothing_is_imported_when_one_is_wrong(caller, helena, wrong, field):
    response = send(helena, invoice(one_time(), external_id="right"), invoice(one_time()) | wrong, caller=caller)
    assert response.status_code == 422
    (shown,) = response.json()["invoices"]
    assert set(shown["errors"]) == {field}
    assert all(isinstance(said, str) and said for said in shown["errors"].values())
    assert not Order.objects.exists()
    assert not RecordTotals.objects.exists()


@table(
    ("wrong", "field"),
    [
        ({"plan_uuid": "pl_unknown"}, "plan_uuid"),
        ({"plan_uuid": None}, "plan_uuid"),
        ({"subscription_external_id": ""}, "subscription_external_id"),
        ({"service_period_start": None}, "service_period_start"),
        ({"service_period_end": "2015-01-01"}, "service_period_end"),
        ({"proration_type": "guess"}, "proration_type"),
        ({"cancelled_at": "2199-01-01"}, "cancelled_at"),
    ],
)
def test_a_line_of_a_subscription_says_which_and_for_how_long(caller, helena, wrong, field):
    response = send(helena, invoice(line(**wrong)), caller=caller)
    assert (response.status_code, *response.json()["invoices"][0]["errors"]) == (422, f"line_items.{field}")
    assert not Order.objects.exists()


@table(
    ("wrong", "status", "param"),
    [
        ({"date": "99999-01-01"}, 422, "invoices.0.date"),
        ({"date": None}, 422, "invoices.0.date"),
        ({"line_items": "none"}, 422, "invoices.0.line_items"),
        ({"line_items": [one_time(amount_in_cents="much")]}, 422, "invoices.0.line_items.0.amount_in_cents"),
        ({"transactions": [paid(result="maybe")]}, 422, "invoices.0.transactions.0.result"),
    ],
)
def test_values_of_the_wrong_kind_are_named(caller, helena, wrong, status, param):
    response = send(helena, invoice(one_time()) | wrong, caller=caller)
    assert (response.status_code, *response.json()["errors"]) == (status, param)


def test_what_is_missing_is_named(caller, helena):
    sent = invoice(one_time())
    del sent["date"]
    assert send(helena, sent, caller=caller).json()["param"] == "invoices.0.date"
    assert caller.post(f"import/customers/{helena.uuid}/invoices", b"{").status_code == 400
    assert caller.post("import/customers/cus_nobody/invoices", {"invoices": [sent]}).status_code in (400, 404)


def test_an_invoice_is_sent_once(caller, helena):
    sent = invoice(one_time(external_id="li"), payments=[paid(external_id="tr")])
    imported(helena, sent, caller=caller)
    response = send(helena, sent, caller=caller)
    assert response.status_code == 422
    assert response.json()["invoices"][0]["errors"] == {
        "external_id": "The external ID for this invoice already exists in our system.",
        "line_items.external_id": "The external ID for this line item already exists in our system.",
        "transactions.external_id": "has already been taken",
    }
    assert Order.objects.count() == 1
    again = send(helena, invoice(external_id="inv_2"), invoice(external_id="inv_2"), caller=caller)
    assert [list(entry["errors"]) for entry in again.json()["invoices"]] == [["external_id"]] * 2


def test_another_source_may_use_the_same_ids(caller, helena):
    other = known("scus_1", at="Market", name="Max")
    sent = invoice(one_time(external_id="li"), payments=[paid(external_id="tr")])
    imported(helena, sent, caller=caller)
    imported(other, sent, caller=caller)
    assert Order.objects.filter(external_id="inv_1").count() == 2


def test_of_a_merged_customer_it_is_said_who_gets_it(caller, helena):
    max_ = known("scus_2", at="Market", name="Max")
    record(max_, "scus_3", at="Market")
    merge(helena, max_)
    market = source("Market").uuid
    unclear = send(helena, invoice(one_time()), caller=caller)
    assert unclear.status_code == 422
    assert (
        "data_source_uuid and customer_external_id" in unclear.json()["invoices"][0]["errors"]["customer_external_id"]
    )
    assert send(helena, invoice(one_time(), data_source_uuid=market), caller=caller).status_code == 422
    said = {"data_source_uuid": market, "customer_external_id": "scus_3"}
    (order,) = imported(max_, invoice(one_time(), **said), caller=caller)
    assert (order.source_record.external_id, order.source_record.customer) == ("scus_3", helena)
    by_source = {"data_source_uuid": source().uuid}
    (order,) = imported(helena, invoice(one_time(), external_id="2", **by_source), caller=caller)
    assert order.source_record.external_id == "scus_1"
    check()


def test_what_staff_typed_is_no_record_that_gets_an_invoice(caller, helena):
    caller.user.is_active = True
    record(helena, helena.uuid, at="Staff")
    (order,) = imported(helena, invoice(one_time()), caller=caller)
    assert order.source_record.external_id == "scus_1"


def test_more_lines_than_one_request_can_write_are_refused(caller, helena):
    response = send(helena, invoice(*[one_time()] * 5_001), caller=caller)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["invoices"])
    assert not Order.objects.exists()
