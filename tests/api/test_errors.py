"""What goes wrong outside of a call is said as the dialect of its path says it, and tells no secret."""

import logging
import re

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.views.debug import ExceptionReporter

from crm.api.konnektive.paths import SECTIONS
from orders.payments.sandbox import SandboxGateway
from tests.api.caller import Caller, basic
from tests.api.konnektive.store import HELENA, VISA, Store
from tests.tables import table

pytestmark = pytest.mark.django_db

OF_V1 = {"code", "message", "param"}
NUMBER, CODE = "4242" * 4, str(800 + 71)  # not as they stand in a report, which quotes the source


class BrokenGateway(SandboxGateway):
    def sale(self, request):
        raise RuntimeError("the gateway’s own client broke")


@pytest.fixture
def quiet_client():
    return Client(raise_request_exception=False)


@pytest.fixture
def without_database():
    def refuse(execute, sql, params, many, context):
        raise OperationalError("secret-host refused the connection")

    with connection.execute_wrapper(refuse):
        yield


def reported(records: list[logging.LogRecord]) -> str:
    """All that is logged, and what Django would write to the admins of it."""
    said = []
    for record in records:
        said.append(logging.Formatter().format(record))
        if record.exc_info:
            reporter = ExceptionReporter(getattr(record, "request", None), *record.exc_info)
            said += [reporter.get_traceback_text(), reporter.get_traceback_html()]
    return "\n".join(said)


# /v1/


@table("method", ["DELETE", "PATCH", "TRACE"])
def test_a_method_that_an_address_does_not_take_is_answered_in_json(method):
    response = Caller().send(method, "ping")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert response.json() == {"code": 405, "message": f"{method} is not allowed here. Use GET", "param": None}


@table("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_address_where_nothing_is_answers_so_to_every_method(method):
    client = Client(enforce_csrf_checks=True)
    response = client.generic(method, "/v1/nowhere/at-all", b"{}", content_type="application/json")

    assert response.status_code == 404
    assert response.json().keys() == OF_V1


@table("path", ["//v1/customers", "/V1/customers", "//v1/docs"])
def test_a_misspelt_address_is_answered_in_json_too(client, path):
    response = client.get("/", PATH_INFO=path)

    assert response.status_code == 404
    assert response.json().keys() == OF_V1


def test_a_change_by_key_needs_no_token_of_a_form():
    caller = Caller()
    caller.client = Client(enforce_csrf_checks=True)
    assert caller.post("data_sources", {"name": "Shop"}).status_code == 201
    assert caller.delete("ping").status_code == 405


def test_a_host_that_is_not_ours_is_refused_in_json(client):
    response = client.get("/v1/ping", headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert response.json().keys() == OF_V1
    assert "elsewhere" not in response.json()["message"]


def test_a_failure_is_answered_in_json_with_a_reference_that_the_log_has_too(quiet_client, without_database, caplog):
    response = quiet_client.get("/v1/ping", headers={"Authorization": basic("reunite_a-secret")})

    assert response.status_code == 500
    body = response.json()
    assert (body["code"], body["param"]) == (500, None)
    reference = re.search("Request ID ([0-9a-f]{12})", body["message"])[1]
    assert f"Request {reference}: the error that follows" in caplog.text
    assert "secret-host" not in body["message"]


def test_neither_log_nor_report_of_a_failure_has_the_key(quiet_client, without_database, caplog):
    quiet_client.get("/v1/ping", headers={"Authorization": basic("reunite_a-secret", "other")})

    said = reported(caplog.records)
    assert "secret-host" in said
    assert "a-secret" not in said
    assert basic("reunite_a-secret", "other") not in said


# Konnektive's dialect


def error_of(response) -> str:
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert body.keys() == {"result", "message"}
    assert body["result"] == "ERROR"
    return body["message"]


@table("section", SECTIONS)
def test_a_path_that_is_no_call_answers_in_the_envelope(section):
    client = Client(enforce_csrf_checks=True)
    assert error_of(client.post(f"/{section}/nowhere/")) == "API user does not have access to this endpoint"


@table("path", ["//order/query/", "/Order/Query/", "///ORDER//query", "/CUSTOMER", "/order//query/"])
def test_a_misspelt_path_answers_in_the_envelope_too(client, path):
    assert error_of(client.post("/", PATH_INFO=path)) == "API user does not have access to this endpoint"


def test_a_host_that_is_not_ours_is_refused_in_the_envelope(client):
    response = client.post("/order/query/", headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert "elsewhere" not in error_of(response)


def test_a_failure_is_answered_in_the_envelope(quiet_client, without_database, caplog):
    response = quiet_client.post("/order/query/", {"loginId": "shop", "password": "reunite_a-secret"})

    assert response.status_code == 500
    reference = re.search("Request ID ([0-9a-f]{12})", error_of(response))[1]
    assert f"Request {reference}: the error that follows" in caplog.text
    said = reported(caplog.records)
    assert "secret-host" in said
    assert "a-secret" not in said


@table("method", ["get", "post"])
def test_neither_log_nor_report_of_a_broken_charge_has_card_or_key(method, quiet_client, settings, caplog, db):
    settings.PAYMENT_GATEWAY = "tests.api.test_errors.BrokenGateway"
    store = Store()
    sale = {
        **{"campaignId": store.campaign.pk, "product1_id": store.video.pk},
        **{**HELENA, **VISA, "cardNumber": NUMBER, "cardSecurityCode": CODE},
    }
    response = getattr(quiet_client, method)("/order/import/", store.caller.login | sale)

    assert response.status_code == 500
    assert NUMBER not in error_of(response)
    said = reported(caplog.records)
    assert "the gateway’s own client broke" in said
    for secret in (NUMBER, f"&#x27;{CODE}", f"'{CODE}", f"={CODE}", store.caller.token):
        assert secret not in said
