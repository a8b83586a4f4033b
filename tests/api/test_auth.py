import logging

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from crm.accounts import api_keys
from customers.models import DataSource
from tests.api.caller import Caller, basic
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.tables import table

pytestmark = pytest.mark.django_db


def ping(token):
    return Client().get("/v1/ping", headers={"Authorization": basic(token)})


def test_a_key_opens():
    assert Caller().get("ping").json() == {"data": "pong!"}


def test_whatever_comes_as_the_password_is_ignored():
    assert Client().get("/v1/ping", headers={"Authorization": basic(Caller().token, "x")}).status_code == 200


@table("header", ["", "Basic", "Basic !!!", "Bearer abc", basic(""), basic("reunite_wrong")])
def test_without_a_key_that_is_known_nothing_opens(header):
    response = Client().get("/v1/ping", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json().keys() == {"code", "message", "param"}


def test_a_revoked_key_opens_nothing():
    caller = Caller()
    api_keys.revoke(caller.key, by=caller.user)
    assert caller.get("ping").status_code == 401


def test_a_key_opens_from_its_addresses_only():
    caller = Caller()
    _, token = api_keys.create(caller.user, name="Office", addresses=["192.0.2.0/24"], by=None)
    assert ping(token).status_code == 401


def test_who_may_no_longer_use_the_api_is_kept_out():
    caller = Caller()
    caller.user.user_permissions.remove(Permission.objects.get(codename="use_api"))
    assert caller.get("ping").status_code == 401


def test_a_wrong_key_is_logged_without_it(caplog):
    with caplog.at_level(logging.DEBUG):
        ping("reunite_a-secret-that-nobody-may-read")
    assert "127.0.0.1" in caplog.text
    assert "a-secret" not in caplog.text


def test_too_many_wrong_keys_from_an_address_are_paused(settings):
    settings.API_FAILURES_PER_ADDRESS = 3
    for _ in range(3):
        assert ping("wrong").status_code == 401
    response = ping("wrong")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 900


def test_a_good_key_is_accepted_from_an_address_that_sent_too_many_wrong_ones(settings):
    settings.API_FAILURES_PER_ADDRESS = 3
    shop = KonnektiveCaller()
    for _ in range(5):
        ping("wrong")
    assert shop.get("ping").status_code == 200
    assert shop.ask("campaign/query")[0] == "ERROR"  # no campaigns, and no 429


def test_a_key_that_asks_too_often_is_told_when_to_come_back(settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    caller, other = Caller(), Caller(username="other")
    assert [caller.get("ping").status_code for _ in range(3)] == [200, 200, 429]
    response = caller.get("ping")
    assert 0 < int(response["Retry-After"]) <= 60
    assert response.json() == {"code": 429, "message": "Your request rate has exceeded our rate limit.", "param": None}
    assert other.get("ping").status_code == 200


def test_a_request_that_is_too_long_is_not_read(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    response = Caller().send("GET", "ping", b"x" * (2**20 + 1))
    assert response.status_code == 413


def test_an_address_where_nothing_is_answers_in_json():
    response = Caller().post("nowhere")
    assert response.status_code == 404
    assert response.json()["code"] == 404


@table("method", ["GET", "POST", "DELETE"])
@table("path", ["data_sources", "nowhere"])
def test_who_asks_without_https_is_told_so_and_not_sent_elsewhere(settings, method, path):
    """Clients follow a redirect of a POST with GET, and the key has been seen by then."""
    settings.SECURE_SSL_REDIRECT = True
    response = Caller().send(method, path, {"name": "Shop"})
    assert response.status_code == 403
    message = "Use HTTPS. This request was sent unencrypted, so others could have read it."
    assert response.json() == {"code": 403, "message": message, "param": None}
    assert not DataSource.objects.exists()


def test_the_documentation_leads_to_https(settings, client):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/v1/docs").headers["Location"] == "https://testserver/v1/docs"


def test_who_asks_over_https_is_answered(settings):
    settings.SECURE_SSL_REDIRECT = True
    caller = Caller()
    assert caller.client.get("/v1/ping", headers=caller.headers, secure=True).status_code == 200


def test_the_documentation_is_for_who_may_use_the_api(client, nobody):
    assert client.get("/v1/docs").status_code == 302
    assert client.get("/v1/openapi.json").status_code == 302
    client.force_login(nobody)
    assert client.get("/v1/docs").status_code == client.get("/v1/openapi.json").status_code == 403
    client.force_login(Caller().user)
    assert client.get("/v1/docs").status_code == 200
    assert client.get("/v1/openapi.json").json()["paths"]["/v1/ping"]
