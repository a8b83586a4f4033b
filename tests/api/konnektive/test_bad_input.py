"""What a program gone wrong sends: a clear error each, and nothing is written."""

import json
from io import BytesIO

import pytest

from customers.models import Customer
from orders.models import Order
from tests.api.konnektive.caller import told
from tests.api.konnektive.sales import HELENA


@pytest.fixture(autouse=True)
def nothing_is_written(world):
    yield
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)


def sale(world, **sent):
    about = {"campaignId": str(world.campaign.pk), "paySource": "PREPAID", "product1_id": str(world.video.pk)}
    return world.shop.login | about | HELENA | sent


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"product1_id": {"$gt": 0}}, "product1_id"),
        ({"firstName": ["Helena"]}, "firstName"),
        ({"firstName": "\ud800"}, "firstName"),
        ({"campaignId": 1.5}, "campaignId"),
        ({"salesTax": float("nan")}, "salesTax"),
        ({"product1_qty": True, "product1_price": False, "discountPrice": 1}, "product1_qty"),
        ({"cardExpiryDate": "01/01/99999", "paySource": "CREDITCARD"}, "cardExpiryDate"),
        ({"emailAddress": "x" * 300}, "emailAddress"),
        ({"ipAddress": "fe80::1%eth0"}, "ipAddress"),
    ],
)
def test_values_of_the_wrong_type_in_json(world, sent, wrong):
    body = json.dumps(sale(world, **sent))
    result, message = told(world.shop.client.post("/order/import/", body, content_type="application/json"))
    assert result == "ERROR"
    assert wrong in message


def test_ten_megabytes_are_not_read(world):
    response = world.shop.client.post("/order/import/", sale(world, custom1="x" * 10 * 2**20))
    assert response.status_code == 413


def test_ten_thousand_lines_are_too_many(world):
    lines = {f"product{n}_id": world.video.pk for n in range(1, 10_001)}
    assert told(world.shop.client.post("/order/import/", sale(world) | lines))[0] == "ERROR"


def test_a_file_is_no_parameter(world):
    result, message = told(world.shop.client.post("/order/import/", sale(world, firstName=BytesIO(b"Helena"))))
    assert (result, message) == ("ERROR", {"firstName": "This parameter is required."})


def test_text_that_is_no_utf8(world):
    body = b"loginId=program&password=" + world.shop.token.encode() + b"&firstName=%FF%FE&product1_id=%00"
    response = world.shop.client.post("/order/import/", body, content_type="application/x-www-form-urlencoded")
    assert told(response)[0] == "ERROR"
