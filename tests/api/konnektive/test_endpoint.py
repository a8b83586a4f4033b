"""How a call comes in and is answered, whatever it is about."""

import json
import logging
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.views.debug import ExceptionReporter

from crm.accounts import api_keys
from crm.api.konnektive import parameters
from tests.api.caller import Caller
from tests.api.konnektive.calls_for_tests import broken
from tests.api.konnektive.konnektive_caller import KonnektiveCaller, answer_of
from tests.tables import table

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.konnektive.calls_for_tests")]

HELENA = {"firstName": "Helena", "lastName": "Holý"}


def send_json(shop, body, path="/order/echo/"):
    return shop.client.post(path, body, content_type="application/json")


@table("path", ["/order/echo/", "/order/echo"])
@table(
    "way",
    [
        lambda shop, path, sent: shop.client.get(path, sent),
        lambda shop, path, sent: shop.client.post(path, sent),  # multipart
        lambda shop, path, sent: shop.client.post(f"{path}?{urlencode(sent)}"),
        lambda shop, path, sent: shop.client.post(
            path, urlencode(sent), content_type="application/x-www-form-urlencoded"
        ),
        lambda shop, path, sent: shop.client.post(path, json.dumps(sent), content_type="application/json"),
        lambda shop, path, sent: shop.client.post(
            path, json.dumps(sent), content_type="application/json; charset=utf-8"
        ),
    ],
)
def test_parameters_arrive_however_they_are_sent(shop, way, path):
    assert answer_of(way(shop, path, shop.login | HELENA)) == ("SUCCESS", HELENA)


def test_the_body_counts_before_the_query_string_and_the_first_value_before_the_others(shop):
    body = f"{urlencode(shop.login)}&firstName=Body&firstName=Second"
    response = shop.client.post(
        "/order/echo/?firstName=Query&lastName=Query", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer_of(response) == ("SUCCESS", {"firstName": "Body", "lastName": "Query"})


def test_values_of_json_are_read_as_they_are_written(shop):
    body = json.dumps(shop.login)[:-1] + ', "price": 29.90, "price": 3, "test": true, "none": null, "big": 1e400}'
    assert answer_of(send_json(shop, body))[1] == {"price": "29.90", "test": "true", "none": "", "big": "1e400"}


@table("body", ["{", "[]", "7", "", '"x"', "[" * 100_000, b"\xff\xfe", '{"a": NaN'])
def test_what_cannot_be_read_is_an_error(shop, body):
    result, message = answer_of(send_json(shop, body))
    assert result == "ERROR"
    assert message in (parameters.UNREADABLE, "Could not authenticate credentials")


def test_a_list_in_json_is_an_error_of_its_parameter(shop):
    result, message = answer_of(send_json(shop, json.dumps({**shop.login, "firstName": ["a"]})))
    assert (result, list(message)) == ("ERROR", ["firstName"])


def test_half_a_character_is_an_error_of_its_parameter(shop):
    body = json.dumps({**shop.login, "eCommercePassword": "\ud800"})
    assert answer_of(send_json(shop, body)) == (
        "ERROR",
        {"eCommercePassword": "Remove the character that cannot be stored."},
    )


def test_a_body_in_a_charset_that_is_none_of_texts_is_an_error(shop):
    body = b'--x\r\nContent-Disposition: form-data; name="loginId"\r\n\r\n\xff\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x; charset=idna"
    assert answer_of(shop.client.generic("POST", "/order/echo/", body, content_type=kind)) == (
        "ERROR",
        parameters.UNREADABLE,
    )


@table("content_type", ["text/plain", "", "multipart/form-data", "multipart/form-data; boundary=é"])
def test_a_body_of_another_kind_is_an_error(shop, content_type):
    assert answer_of(shop.client.post("/order/echo/", b"firstName=x", content_type=content_type)) == (
        "ERROR",
        parameters.UNREADABLE,
    )


def test_more_parameters_than_an_order_can_have_are_an_error(shop):
    many = {f"product{n}_id": "1" for n in range(10_001)}
    assert answer_of(shop.client.post("/order/echo/", shop.login | many)) == ("ERROR", parameters.UNREADABLE)


@table("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_an_error(shop, method):
    assert answer_of(shop.client.generic(method, "/order/echo/")) == ("ERROR", "Use GET or POST.")


@table("path", ["/order/nothing/", "/order/nothing", "/order", "/landers/nothing/", "/cbdata/query"])
@table("method", ["GET", "POST"])
def test_where_no_call_is_the_refusal_is_final(shop, method, path):
    assert answer_of(shop.client.generic(method, path)) == ("ERROR", "API user does not have access to this endpoint")


def test_over_plain_http_nobody_is_redirected(shop, settings):
    settings.SECURE_SSL_REDIRECT = True
    result, message = answer_of(shop.client.post("/order/echo/", shop.login))
    assert (result, message.split(".")[0]) == ("ERROR", "Use HTTPS")
    assert answer_of(shop.client.post("/order/echo/", shop.login, secure=True)) == ("SUCCESS", {})


@table(
    "sent",
    [{}, {"loginId": "program"}, {"password": "x"}, {"loginId": "program", "password": "reunite_wrong"}],
)
def test_without_a_key_nothing_opens(shop, sent):
    assert answer_of(shop.client.post("/order/echo/", sent)) == ("ERROR", "Could not authenticate credentials")


def test_a_key_opens_for_its_own_user_only(shop):
    other = Caller(username="other")
    sent = {"loginId": "other", "password": shop.token}
    assert answer_of(other.client.post("/order/echo/", sent)) == ("ERROR", "Could not authenticate credentials")


def test_a_revoked_key_opens_nothing(shop):
    api_keys.revoke(shop.key, by=shop.user)
    assert shop.ask("order/echo") == ("ERROR", "Could not authenticate credentials")


def test_an_address_that_the_key_is_not_for_is_named(shop):
    _, token = api_keys.create(shop.user, name="Office", addresses=["192.0.2.0/24"], by=None)
    sent = {"loginId": "program", "password": token}
    assert answer_of(Client().post("/order/echo/", sent)) == ("ERROR", "IP must be whitelisted - 127.0.0.1")


def test_without_the_permission_the_endpoint_is_closed():
    shop = KonnektiveCaller("customers.view_customer")
    assert shop.ask("order/echo") == ("ERROR", "API user does not have access to this endpoint")


def test_who_asks_too_often_is_told_when_to_come_back(shop, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    shop.ask("order/echo")
    response = shop.client.post("/order/echo/", shop.login)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert response.json()["result"] == "ERROR"


def test_a_request_that_is_too_long_is_not_read(shop, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    response = shop.client.post("/order/echo/", shop.login | {"firstName": "x" * 2**20})
    assert response.status_code == 413
    assert response.json()["result"] == "ERROR"


@table("method", ["get", "post"])
def test_a_failure_reaches_the_log_without_card_or_key(shop, method, caplog):
    shop.client.raise_request_exception = False
    secret = {"cardNumber": "4242424242424242", "campaignId": "1"}
    with caplog.at_level(logging.DEBUG):
        response = getattr(shop.client, method)("/order/broken/", shop.login | secret)
    assert response.status_code == 500
    assert "RuntimeError" in caplog.text
    assert "4242424242" not in caplog.text
    assert shop.token not in caplog.text
    assert "4242424242" not in str(response.wsgi_request.META)


@table("path", ["/order/echo/", "/order/broken/", "/order/nothing/", "/order/none/"])
@table("method", ["GET", "PUT"])
def test_nothing_of_what_was_sent_is_left_for_an_access_log(shop, method, path):
    shop.client.raise_request_exception = False
    address = f"{path}?{urlencode(shop.login)}"
    meta = {"RAW_URI": address, "REQUEST_URI": address}
    response = shop.client.generic(method, address, **meta)
    assert shop.token not in str(response.wsgi_request.META)
    assert response.wsgi_request.META["RAW_URI"] == path


def test_a_report_of_a_failure_holds_neither_card_nor_key(shop, rf):
    request = rf.post("/order/broken/", shop.login | {"cardNumber": "4242424242424242", "campaignId": "1"})
    with pytest.raises(RuntimeError) as failure:
        broken(request)
    report = ExceptionReporter(request, failure.type, failure.value, failure.tb).get_traceback_text()
    assert "RuntimeError" in report
    assert "4242424242" not in report
    assert shop.token not in report
