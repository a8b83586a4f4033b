"""A text of a quarter of a megabyte is refused at once, in whatever field it stands: none of them takes one."""

import json
import time

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from crm.api.chartmogul.api import api
from crm.api.chartmogul.parser import LONGEST_TEXT
from crm.api.konnektive.calls import CALLS
from customers.engagement.notes import LONGEST_NOTE
from customers.lib.person_name import split_name
from tests.api.caller import Caller
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db

LONG = "a" * 2**18
SPACED = "a " * 2**17
TOO_LONG = f"Use {LONGEST_TEXT:,} characters or fewer. This has 262,144."


def json_operations():
    document = api.get_openapi_schema()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                yield method, path, document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})


@table("text", [LONG, SPACED])
def test_every_text_of_a_body_is_refused_by_its_name(text):
    caller = Caller()
    for method, path, schema in json_operations():
        names = list(schema.get("properties", {})) or ["name"]
        address = path.replace("{", "").replace("}", "").removeprefix("/v1/").replace("/id/", "/1/")
        start = time.thread_time()
        response = caller.send(method.upper(), address, dict.fromkeys(names[:3], text))
        assert time.thread_time() - start < 2, path
        assert response.status_code == 422, (path, response.json())
        assert response.json()["errors"] == dict.fromkeys(names[:3], TOO_LONG)


def test_a_text_deep_inside_is_named_by_its_path():
    body = {"invoices": [{"line_items": [{"external_id": LONG}]}], "custom": {LONG: 1}, "list": [LONG]}
    response = Caller().post("customers", body)
    paths = ["invoices.0.line_items.0.external_id", "custom", "list.0"]
    assert response.json() == {"errors": dict.fromkeys(paths, TOO_LONG)}


def test_a_text_of_the_query_is_refused():
    response = Caller().get("customers/search", email=LONG)
    assert (response.status_code, response.json()) == (422, {"errors": {"email": TOO_LONG}})


def test_no_column_and_no_note_takes_a_longer_text():
    columns = [column for model in apps.get_models() for column in model._meta.get_fields()]
    assert [str(c) for c in columns if (getattr(c, "max_length", None) or 0) > LONGEST_TEXT] == []
    assert LONGEST_NOTE <= LONGEST_TEXT


def test_the_documentation_names_the_limit():
    text = " ".join((settings.BASE_DIR / "docs/api.md").read_text().split())
    assert f"Texts of more than {LONGEST_TEXT:,} characters" in text


@table("length", [202, LONGEST_TEXT])
@table("filler", ["a", "a ", " "])
def test_a_name_that_is_too_long_is_refused_however_it_is_parted(length, filler):
    name = ("x" + filler * length)[: length - 1] + "x"
    sent = {"data_source_uuid": DataSourceFactory().uuid, "external_id": "1", "name": name}
    response = Caller().post("customers", sent)
    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["name"]


def test_a_name_is_parted_in_linear_time():
    start = time.thread_time()
    for name in (LONG, SPACED, f"a{' ' * 2**18}b"):
        assert split_name(name, longest=100) == (name.strip(), "")
    assert time.thread_time() - start < 1


@table("text", [LONG, SPACED])
def test_every_parameter_of_a_call_is_refused(text):
    shop = KonnektiveCaller()
    paths = [str(call.pattern).strip("^/?$") for call in CALLS]
    for path in paths:
        start = time.thread_time()
        names = ("firstName", "emailAddress", "phoneNumber", "message", "orderId", "customerId", "startDate")
        body = json.dumps(shop.login | dict.fromkeys(names, text))
        response = Client().post(f"/{path}", body, content_type="application/json")
        assert time.thread_time() - start < 2, path
        assert response.json()["result"] == "ERROR"
