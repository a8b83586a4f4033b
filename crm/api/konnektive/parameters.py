"""The parameters of a call, however they were sent: query string, form, multipart or JSON.

The body comes before the query string, and of a name that comes twice the first value counts. They are removed from the
request, because error reports would show cards and keys.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views.decorators.debug import sensitive_variables

from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import JsonTruth
from crm.query_string import remove_query_string
from customers.lib.text import can_be_stored

# The key may be replaced before a call is sent again, and nothing may be kept of the other two, not even a digest.
SECRET = {"loginId", "password", "cardSecurityCode", "eCommercePassword"}

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

UNREADABLE = "The request body cannot be read. Send a form, multipart/form-data or a JSON object."

Sent = Iterator[tuple[str, str]]


@sensitive_variables()
def take(request: HttpRequest) -> dict[str, str]:
    """{parameter: value} of `request`; call `forget` afterwards."""
    try:
        sent = [*_of_body(request), *_firsts(request.GET)]
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, UnicodeError):
        raise CallError(UNREADABLE) from None
    return _first_of_each(sent)


@sensitive_variables()
def _of_body(request: HttpRequest) -> Sent:
    if request.method != "POST":
        return iter(())
    if request.content_type in FORMS:
        return _firsts(request.POST)
    body = request.body.strip()
    if request.content_type == "application/json" and body:
        return _of_json(body)
    if body:
        raise CallError(UNREADABLE)
    return iter(())


def _firsts(query: QueryDict) -> Sent:
    return ((name, values[0]) for name, values in query.lists() if values)


@sensitive_variables()
def _of_json(body: bytes) -> Sent:
    try:
        # Numbers stay as they were written: 29.90 is no float.
        parsed = json.loads(body, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_first_of_each)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise CallError(UNREADABLE)
    return ((name, _as_text(name, value)) for name, value in parsed.items())


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    return values


@sensitive_variables()
def _as_text(name: str, value: Any) -> str:
    match value:
        case str():
            # JSON can hold half of a surrogate pair, which could not even be hashed.
            if not can_be_stored(value):
                raise invalid(**{name: "Remove the character that cannot be stored."})
            return value
        case bool():
            return JsonTruth("true" if value else "false")  # a truth, and no number
        case None:
            return ""
    raise invalid(**{name: "Send a single value, not a list or an object."})


def without_secrets(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters by which the same call is recognised when it is sent again."""
    return {name: value for name, value in parameters.items() if name not in SECRET}


def forget(request: HttpRequest) -> None:
    remove_query_string(request.META)
    request.GET = request.POST = QueryDict()
