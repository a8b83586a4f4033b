"""A short memory of a database that is away, so that requests in a row do not each wait for a connection.

It is away when not even a connection of its own, past the pool, can be made: connections that were lost in a restart,
or are all in use, are another matter. For REMEMBERED all requests are then answered at once. After that one of them
tries again, and the others are answered at once until it knows.
"""

from threading import Lock
from time import monotonic

import psycopg
from django.conf import settings
from django.db import connection

REMEMBERED = 2  # seconds

_guard = Lock()
_next_try: float | None = None


def note() -> None:
    """Call it after a request met a database that seemed away."""
    if connection.vendor == "postgresql":
        _remember(is_away=not _can_connect())


def is_known() -> bool:
    """Whether the database is away; asked at most once in REMEMBERED."""
    global _next_try
    with _guard:
        if _next_try is None:
            return False
        if monotonic() < _next_try:
            return True
        _next_try = monotonic() + settings.CONNECT_TIMEOUT + REMEMBERED  # this one tries, for no longer than that
    _remember(is_away=not _can_connect())
    return _next_try is not None


def _remember(*, is_away: bool) -> None:
    global _next_try
    with _guard:
        _next_try = monotonic() + REMEMBERED if is_away else None


def _can_connect() -> bool:
    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.OperationalError:
        return False
    return True
