"""Refuse a request in a charset that cannot be read.

Django reads the query string with the charset of the request while it makes the request, before any middleware. A codec
such as `hex`, which is no encoding of text, fails there with a LookupError that nothing turns into an answer. So the
charset is removed in front of Django (`crm.wsgi`), and the middleware answers with 400, as a page or in a dialect.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from crm.http.access_log import Server

GetResponse = Callable[[HttpRequest], HttpResponseBase]

READABLE = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
UNREADABLE = "reunite.unreadable_charset"


class CharsetError(BadRequest):
    def __init__(self) -> None:
        super().__init__("The charset of the request is not supported. Send UTF-8.")


def strip_unreadable(application: Server) -> Server:

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if not is_readable(parameters.get("charset", "utf-8")):
            environ = environ | {"CONTENT_TYPE": content_type, UNREADABLE: True}
        return application(environ, start_response)

    return serve


def refuse_unreadable(get_response: GetResponse) -> GetResponse:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if UNREADABLE in request.META:
            raise CharsetError
        return get_response(request)

    return answer


def is_readable(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in READABLE
    except (LookupError, ValueError):  # ValueError: not even a possible name
        return False
