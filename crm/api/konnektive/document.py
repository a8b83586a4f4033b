"""The OpenAPI document of this dialect, made of what the calls themselves go by.

The parameters of a call are those of the class that checks them, and its answer is what its function returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getdoc
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from pydantic.alias_generators import to_pascal

from crm.accounts.checkboxes import LABELS
from crm.api.idempotency import HEADER
from crm.api.konnektive.calls import CALLS
from crm.api.konnektive.endpoint import LONGEST_TEXT, Endpoint
from orders.intake.idempotency import LONGEST_KEY

Schema = dict[str, Any]

TITLE = "Reunite: the Konnektive API"
DESCRIPTION = """\
Every call is a GET or a POST, with or without the final slash. Parameters are sent in the query string, or in the body:
as a form, as multipart, or as a JSON object. The body takes precedence. A blank parameter counts as not sent.

`loginId` is a user name and `password` an API key of this user. Send keys and cards in the body of a POST: proxies log
the addresses of requests. Responses with status 200 can be errors: look at `result`.

[The other API](/v1/docs) is ChartMogul’s.
"""
REFS = "#/components/schemas/{model}"
FORMATS = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
KEY = {
    "loginId": {"type": "string", "maxLength": LONGEST_TEXT, "description": "A user name"},
    "password": {
        "type": "string",
        "format": "password",
        "maxLength": LONGEST_TEXT,
        "description": "An API key of this user",
    },
}
ERROR = {
    "type": "object",
    "required": ["result", "message"],
    "additionalProperties": False,
    "properties": {
        "result": {"const": "ERROR"},
        "message": {
            "description": "A sentence, or what is wrong with each parameter",
            "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}],
        },
    },
}
REFUSALS = {
    "400": "The host name is unknown, or the charset cannot be read.",
    "409": "The first call with this `Idempotency-Key` is still being carried out. Send it again in a moment.",
    "413": "The request is too large.",
    "429": "There were too many requests. The header `Retry-After` has the seconds to wait.",
    "503": "A record is being changed, or the database is not ready. The header `Retry-After` has the seconds to wait.",
}
TOO_LONG = {"description": "The address is too long for the server. Send the parameters in the body of a POST."}
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "The same call sent again with the same key is done once.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
}


@dataclass(frozen=True)
class DocumentedCall:
    name: str
    path: str
    endpoint: Endpoint[Any]

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def subject(self) -> str:
        return self.path.split("/")[1].capitalize()

    @property
    def description(self) -> str:
        needs = ", ".join(f"“{LABELS[permission]}”" for permission in self.endpoint.permissions)
        return "\n\n".join(filter(None, (getdoc(self.endpoint.act), f"The user of the key needs {needs}.")))


@cache
def document() -> dict[str, Any]:
    schemas: dict[str, Schema] = {"Error": ERROR}
    paths = {call.path: _path(call, schemas) for call in documented_calls()}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {status: _response(text, _schema("Error")) for status, text in REFUSALS.items()}
            | {"414": TOO_LONG},
            "securitySchemes": _security_schemes(),
        },
    }


def documented_calls() -> Iterator[DocumentedCall]:
    for pattern in CALLS:
        if isinstance(pattern.callback, Endpoint):
            path = str(pattern.pattern).removeprefix("^").removesuffix("?$")
            yield DocumentedCall(pattern.name or path, f"/{path}", pattern.callback)


def _security_schemes() -> dict[str, Schema]:
    return {
        name: {"type": "apiKey", "in": "query", "name": name, "description": f"{schema['description']}, with GET"}
        for name, schema in KEY.items()
    }


def _path(call: DocumentedCall, schemas: dict[str, Schema]) -> dict[str, Any]:
    """The operations of `call`; what they refer to is added to `schemas`."""
    sent, name = _sent(call, schemas), to_pascal(call.name)
    # Otherwise the page fills a form with values such as an amount to refund, which one click would send.
    blank = {parameter: schema | {"example": ""} for parameter, schema in (KEY | sent["properties"]).items()}
    schemas[name] = sent | {"properties": blank}
    body = {"content": {kind: {"schema": _schema(name)} for kind in FORMATS}}
    headers = [] if call.endpoint.only_reads else [IDEMPOTENCY_KEY]
    shared = {
        "tags": [call.subject],
        "summary": call.title,
        "description": call.description,
        "responses": _responses(call, schemas),
    }
    key = {scheme: list[str]() for scheme in KEY}
    by_get = {"operationId": f"{call.name}_by_get", "parameters": [*_parameters(sent), *headers], "security": [key]}
    # The key is in the body, or in the query string.
    by_post = {"operationId": call.name, "parameters": headers, "requestBody": body, "security": [{}, key]}
    return {"get": shared | by_get, "post": shared | by_post}


def _sent(call: DocumentedCall, schemas: dict[str, Schema]) -> Schema:
    schema = call.endpoint.parameters.model_json_schema(ref_template=REFS)
    schemas.update(schema.pop("$defs", {}))
    schema["properties"] = {name: _as_text(value) for name, value in schema.get("properties", {}).items()}
    return {name: schema[name] for name in ("type", "description", "required", "properties") if name in schema}


def _as_text(schema: Schema) -> Schema:
    """Without null, which counts as not sent, and with the limit that every text has."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title")}
    if isinstance(default := rest.pop("default", None), bool):
        default = "1" if default else "0"
    if default not in (None, ""):
        rest["default"] = default
    text = rest | (choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})
    is_bounded = text.get("type") != "string" or text.keys() & {"maxLength", "enum", "pattern"}
    return text if is_bounded else text | {"maxLength": LONGEST_TEXT}


def _parameters(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = sent.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in sent["properties"].items()
    ]


def _responses(call: DocumentedCall, schemas: dict[str, Schema]) -> dict[str, Any]:
    message = TypeAdapter(get_type_hints(call.endpoint.act)["return"]).json_schema(ref_template=REFS)
    schemas.update(message.pop("$defs", {}))
    success = {
        "type": "object",
        "required": ["result", "message"],
        "additionalProperties": False,
        "properties": {"result": {"const": "SUCCESS"}, "message": message},
    }
    answer = _response("What was asked for, or an error.", {"oneOf": [success, _schema("Error")]})
    return {"200": answer, "414": TOO_LONG} | {
        status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS
    }


def _schema(name: str) -> Schema:
    return {"$ref": REFS.format(model=name)}


def _response(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
