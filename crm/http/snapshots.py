"""Each page shows one moment of the database. The API dialects do the same once they know the key.

Where there is a replica, pages are read from it. A browser that has changed something remembers how far the primary had
written by then, and reads the primary until the replica has come that far: nobody misses what they did.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from customers.database.replica import alias_that_has, is_set_up, position, reading
from customers.snapshot import READS, snapshot

WRITTEN = "written"
"""The cookie. Whoever changes it reads what is a moment older, or the primary."""
LONGEST = 60 * 60  # seconds


def page_of_one_moment(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Innermost, so that sessions and messages are written outside. A file that streams is read in batches later."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return get_response(request)
        if request.method in READS:
            with reading(alias_that_has(_written(request))), snapshot():
                return get_response(request)
        response = get_response(request)
        if is_set_up():
            response.set_cookie(
                WRITTEN, position(), max_age=LONGEST, secure=settings.HTTPS, httponly=True, samesite="Lax"
            )
        return response

    return answer


def _written(request: HttpRequest) -> str:
    """The position of the cookie; empty, which any replica has, where it is none."""
    high, _, low = request.COOKIES.get(WRITTEN, "").partition("/")
    return f"{high}/{low}" if _is_hex(high) and _is_hex(low) else ""


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= 8 and all(digit in "0123456789ABCDEFabcdef" for digit in text)
