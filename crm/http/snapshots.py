"""Each page shows one moment of the database. The API dialects do the same once they know the key.

Where there is a replica, pages are read from it. A browser that has changed something remembers how far the primary had
written by then, and reads the primary until the replica has come that far: nobody misses what they did. A page whose
replica fails is made once more, from the primary.
"""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from crm.http.unavailable import note_failure
from customers.database.failures import failure_of
from customers.database.replica import (
    FARTHEST,
    OF_REPLICA,
    REPLICA,
    is_set_up,
    position,
    read_from_replica,
    reading_alias,
)
from customers.snapshot import READS, snapshot

WRITTEN = "written"
"""The cookie. Whoever changes it reads what is a moment older, or the primary."""
LONGEST = 60 * 60  # seconds


class PageOfOneMoment:
    """Innermost, so that sessions and messages are written outside. A file that streams is read in batches later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.method in READS:
            return read_from_replica(partial(self._read, request), written=_written(request))
        response = self.get_response(request)
        if is_set_up():
            response.set_cookie(
                WRITTEN,
                _position_after(request),
                max_age=LONGEST,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        with snapshot():
            response = self.get_response(request)
            if error := getattr(response, "failed_on_replica", None):
                raise error
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Views fail here first, so the answer that others would give does not go out."""
        if reading_alias() == REPLICA and failure_of(exception) in OF_REPLICA:
            response = HttpResponse(status=503)
            response.failed_on_replica = exception  # type: ignore[attr-defined]
            return response
        return None


def _position_after(request: HttpRequest) -> str:
    """FARTHEST where the primary is lost before it says how far it has written: the act stands and is answered."""
    try:
        return position()
    except Error as error:
        if note_failure(request, error) is None:
            raise
        connection.close()
        return FARTHEST


def _written(request: HttpRequest) -> str:
    """The position of the cookie; empty, which any replica has, where it is none."""
    high, _, low = request.COOKIES.get(WRITTEN, "").partition("/")
    return f"{high}/{low}" if _is_hex(high) and _is_hex(low) else ""


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= 8 and all(digit in "0123456789ABCDEFabcdef" for digit in text)
