"""What a program gone wrong sends: a clear error each, and nothing is written."""

import json
from io import BytesIO

import pytest

from customers.models import Customer
from orders.models import Order
from tests.api.konnektive.konnektive_caller import answer_of
from tests.api.konnektive.store import HELENA
from tests.tables import table


@pytest.fixture(autouse=True)
def nothing_is_written(store):
    yield
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)


def sale(store, **sent):
    about = {"campaignId": str(store.campaign.pk), "paySource": "PREPAID", "product1_id": str(store.video.pk)}
    return store.caller.login | about | HELENA | sent


@table(
    ("sent", "wrong"),
    [
        ({"product1_id": {"$gt": 0}}, "product1_id"),
        ({"firstName": ["Helena"]}, "firstName"),
        ({"firstName": "\ud800"}, "firstName"),
        ({"firstName": True}, "firstName"),
        ({"emailAddress": False}, "emailAddress"),
        ({"clientOrderId": True}, "clientOrderId"),
        ({"address1": True}, "address1"),
        ({"custom1": False}, "custom1"),
        ({"couponCode": True}, "couponCode"),
        ({"campaignId": 1.5}, "campaignId"),
        ({"salesTax": float("nan")}, "salesTax"),
        ({"product1_qty": True, "product1_price": False, "discountPrice": 1}, "product1_qty"),
        ({"cardExpiryDate": "01/01/99999", "paySource": "CREDITCARD"}, "cardExpiryDate"),
        ({"emailAddress": "x" * 300}, "emailAddress"),
        ({"ipAddress": "fe80::1%eth0"}, "ipAddress"),
    ],
)
def test_values_of_the_wrong_type_in_json(store, sent, wrong):
    body = json.dumps(sale(store, **sent))
    result, message = answer_of(store.caller.client.post("/order/import/", body, content_type="application/json"))
    assert result == "ERROR"
    assert wrong in message


def test_ten_megabytes_are_not_read(store):
    response = store.caller.client.post("/order/import/", sale(store, custom1="x" * 10 * 2**20))
    assert response.status_code == 413


def test_ten_thousand_lines_are_too_many(store):
    lines = {f"product{n}_id": store.video.pk for n in range(1, 10_001)}
    assert answer_of(store.caller.client.post("/order/import/", sale(store) | lines))[0] == "ERROR"


def test_a_file_is_no_parameter(store):
    result, message = answer_of(store.caller.client.post("/order/import/", sale(store, firstName=BytesIO(b"Helena"))))
    assert (result, message) == ("ERROR", {"firstName": "This parameter is required."})


def test_text_that_is_no_utf8(store):
    body = b"loginId=program&password=" + store.caller.token.encode() + b"&firstName=%FF%FE&product1_id=%00"
    response = store.caller.client.post("/order/import/", body, content_type="application/x-www-form-urlencoded")
    assert answer_of(response)[0] == "ERROR"
