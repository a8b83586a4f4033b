"""The OpenAPI document says what the calls check, and nothing else."""

import json
import re

import pytest

from crm.api.konnektive.calls import CALLS
from crm.api.konnektive.document import document, documented_calls
from crm.api.konnektive.endpoint import LONGEST_TEXT
from crm.permissions import USE_API
from tests.factories import make_user, signed_in

BOUNDS = {"maxLength", "enum", "pattern", "maximum", "anyOf", "$ref"}


def refused(shop, call, **sent):
    """The names of the parameters that are refused."""
    result, message = shop.ask(call.path.strip("/"), **sent)
    assert result == "ERROR", (call.path, sent)
    return set(message) if isinstance(message, dict) else set()


def schema_of(call):
    return document()["components"]["schemas"]["".join(part.capitalize() for part in call.name.split("_"))]


def test_every_call_is_described_by_get_and_by_post_in_each_form():
    paths = document()["paths"]
    assert len(paths) == len(CALLS)
    for path, operations in paths.items():
        assert operations.keys() == {"get", "post"}, path
        assert len(operations["post"]["requestBody"]["content"]) == 3
        assert operations["get"]["security"] == [{"loginId": [], "password": []}]
        for operation in operations.values():
            result = operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
            assert result[0]["properties"]["result"] == {"const": "SUCCESS"}


def test_no_operation_has_the_id_of_another_and_nothing_is_referred_to_that_is_not_there():
    ids = [operation["operationId"] for path in document()["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", json.dumps(document())):
        assert name in document()["components"][kind]


def test_every_parameter_that_a_call_reads_is_described_with_its_type_and_its_bound():
    for call in documented_calls():
        described = schema_of(call)["properties"]
        read = {field.alias or name for name, field in call.endpoint.parameters.model_fields.items()}
        assert described.keys() >= read | {"loginId", "password"}, call.path
        assert {name for name, schema in described.items() if not schema.keys() & BOUNDS} == set(), call.path


@pytest.mark.django_db
def test_what_the_document_requires_is_refused_by_its_name_where_it_is_missing(shop):
    for call in documented_calls():
        required = set(schema_of(call).get("required", ()))
        # Products are read after the others.
        first = {name for name in required if name != "product1_id"}
        if first:
            assert refused(shop, call) >= first, call.path


@pytest.mark.django_db
def test_a_text_one_character_longer_than_described_is_refused_by_its_name(shop):
    for call in documented_calls():
        texts = {name: schema.get("maxLength") for name, schema in schema_of(call)["properties"].items()}
        sent = {name: "x" * (most + 1) for name, most in texts.items() if most and name not in shop.login}
        most_of_them = {name: text for name, text in sent.items() if len(text) <= LONGEST_TEXT}
        assert refused(shop, call, **most_of_them) >= most_of_them.keys(), call.path
        longest = {name: text for name, text in sent.items() if len(text) > LONGEST_TEXT}
        assert not longest or refused(shop, call, **longest) == longest.keys(), call.path


@pytest.mark.django_db
def test_what_is_none_of_the_described_values_is_refused_by_its_name(shop):
    for call in documented_calls():
        described = schema_of(call)["properties"]
        sent = {n: "§" for n, s in described.items() if s.keys() & {"enum", "pattern", "maximum", "$ref"}}
        sent = {name: text for name, text in sent.items() if not name.startswith("product1_")}
        assert not sent or refused(shop, call, **sent) >= sent.keys(), call.path


def test_who_may_use_the_api_can_read_it_and_strangers_are_asked_to_sign_in(client, db):
    for path in ("/konnektive/docs", "/konnektive/openapi.json"):
        assert client.get(path).url.startswith("/accounts/login/")
    assert signed_in(make_user("nobody")).get("/konnektive/openapi.json").status_code == 403
    reader = signed_in(make_user("reader", {USE_API}))
    assert reader.get("/konnektive/openapi.json").json()["paths"].keys() == document()["paths"].keys()
    assert '"url": "/konnektive/openapi.json"' in reader.get("/konnektive/docs").text
