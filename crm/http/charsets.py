"""The charset that a request says it is in: one by which its address and its body can be read, else it is refused.

Django reads the query string by it, while it makes the request and before any middleware: `hex`, which Python knows and
which is no encoding of text, broke there. So it is taken off in front of Django, and refused where an answer is made
(`crm.http.error_pages.charsets`).
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.utils.http import parse_header_parameters

Server = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

READABLE = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
UNREADABLE = "reunite.unreadable_charset"


class CharsetError(BadRequest):
    def __init__(self) -> None:
        super().__init__("The charset of the request is not supported. Send UTF-8.")


def taken_off(application: Server) -> Server:
    """`application`, which gets no charset that cannot be read."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if not is_readable(parameters.get("charset", "utf-8")):
            environ = environ | {"CONTENT_TYPE": content_type, UNREADABLE: True}
        return application(environ, start_response)

    return serve


def is_readable(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in READABLE
    except (LookupError, ValueError):  # the second of a name that cannot be one
        return False
