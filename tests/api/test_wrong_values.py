"""What looks like a value and is none is refused by the name of its field, and nothing is stored."""

import json

import pytest

from customers.models import Customer, SourceRecord
from orders.models import Order
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.api.chartmogul.invoices.invoice_requests import JANUARY, invoice, known, line, one_time, paid
from tests.api.konnektive.store import Store
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


@table(
    ("wrong", "field"),
    [
        ({"amount_in_cents": True}, "amount_in_cents"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"tax_amount_in_cents": -1}, "tax_amount_in_cents"),
        ({"discount_amount_in_cents": -1}, "discount_amount_in_cents"),
        ({"service_period_end": JANUARY}, "service_period_end"),
    ],
)
def test_a_line_is_refused(wrong, field):
    response = invoice_requests.send(known(), invoice(line(**wrong)), caller=Caller())
    assert response.status_code == 422
    assert field in str(response.json())
    assert not Order.objects.exists()


def test_a_credit_has_a_tax_below_zero():
    credit = one_time(amount_in_cents=-100, tax_amount_in_cents=-20)
    assert invoice_requests.send(known(), invoice(line(), credit), caller=Caller()).status_code == 201


def refund(cents, **values):
    return paid(type="refund", **({"amount_in_cents": cents} if cents else {}), **values)


@table(
    ("payments", "status"),
    [
        ([paid(), refund(None)], 201),
        ([paid(amount_in_cents=1000), refund(1000)], 201),
        ([paid(amount_in_cents=1000), refund(1001)], 422),
        ([paid(), refund(3000), refund(3000)], 422),
        ([paid(result="failed"), refund(1)], 422),
        ([refund(None)], 422),
        ([paid(), refund(3000, result="failed"), refund(5000)], 201),
    ],
)
def test_an_invoice_has_no_larger_refund_than_was_paid(payments, status):
    response = invoice_requests.send(known(), invoice(line(), payments=payments), caller=Caller())
    assert response.status_code == status
    if status == 422:
        (refused,) = response.json()["invoices"]
        assert refused["errors"] == {"transactions.amount_in_cents": "must not be more than was paid"}


def test_no_larger_refund_is_added_or_changed():
    caller = Caller()
    (order,) = invoice_requests.imported(known(), invoice(line()), caller=caller)
    path = f"import/invoices/{order.uuid}/transactions"
    refused = caller.post(path, refund(5001))
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["amount_in_cents"])
    added = caller.post(path, refund(5000))
    assert added.status_code == 201
    assert caller.post(path, refund(1)).status_code == 422
    assert caller.patch(f"transactions/{added.json()['uuid']}", {"amount_in_cents": 5001}).status_code == 422
    assert caller.patch(f"transactions/{added.json()['uuid']}", {"amount_in_cents": 4000}).status_code == 200


@table("country", ["XX", "zz"])
def test_two_letters_that_are_no_country_are_refused_by_v1(country):
    sent = {"data_source_uuid": DataSourceFactory().uuid, "external_id": "1", "name": "Helena", "country": country}
    response = Caller().post("customers", sent)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["country"])
    assert not SourceRecord.objects.exists()


def test_ids_that_contradict_each_other_are_refused():
    caller = Caller()
    one, other = known("1"), known("2")
    both = {"customer_uuid": one.uuid, "data_source_uuid": invoice_requests.source().uuid, "external_id": "2"}
    body = {"from": both, "into": {"customer_uuid": other.uuid}}
    response = caller.post("customers/merges", body)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["from"])
    response = caller.post("customers/merges", {"from": body["into"], "into": both})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["into"])
    assert Customer.objects.live().count() == 2

    body["from"]["external_id"] = "1"
    assert caller.post("customers/merges", body).status_code == 202


def test_ids_of_one_customer_before_and_after_a_merge_do_not_contradict():
    survivor, duplicate, third = known("1"), known("2"), known("3")
    merge(survivor, duplicate)
    ids = {"customer_uuid": survivor.uuid, "data_source_uuid": invoice_requests.source().uuid, "external_id": "2"}
    response = Caller().post("customers/merges", {"from": {"customer_uuid": third.uuid}, "into": ids})
    assert response.status_code == 202


@pytest.fixture
def store():
    return Store()


@table(
    ("wrong", "field"),
    [
        ({"product01_id": "1"}, "product01_id"),
        ({"product0_qty": "1"}, "product0_qty"),
        ({"Product2_ID": "1"}, "Product2_ID"),
        ({"product2id": "1"}, "product2id"),
        ({"product_2_id": "1"}, "product_2_id"),
        ({"product1_quantity": "2"}, "product1_quantity"),
        ({"product1_ship_price": "2"}, "product1_ship_price"),
        ({"product1_qty": "0"}, "product1_qty"),
        ({"salesTax": "-1"}, "salesTax"),
        ({"country": "XX"}, "country"),
        ({"shipCountry": "xx"}, "shipCountry"),
        ({"emailAddress": "", "phoneNumber": "call me"}, "phoneNumber"),
    ],
)
def test_an_order_is_refused(store, wrong, field):
    result, message = store.order(**wrong)
    assert (result, list(message)) == ("ERROR", [field])
    assert not Order.objects.exists()


def test_an_order_with_other_spellings_is_taken(store):
    assert store.order(country="Česko", shipCountry="DE", phoneNumber="call me")[0] == "SUCCESS"


@table("name", ["product1_qty", "salesTax", "campaignId"])
def test_a_truth_of_json_is_no_number_of_an_order(store, name):
    sent = {"campaignId": store.campaign.pk, "paySource": "PREPAID", "product1_id": store.video.pk}
    body = json.dumps(
        store.caller.login | sent | {"firstName": "H", "lastName": "H", "emailAddress": "h@x.cz", name: True}
    )
    answer = store.caller.client.post("/order/import/", body, content_type="application/json").json()
    assert (answer["result"], list(answer["message"])) == ("ERROR", [name])
    assert not Order.objects.exists()
