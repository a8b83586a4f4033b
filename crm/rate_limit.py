"""Count requests and failures, so that a client in a loop or a guesser of keys does not slow down others.

Counts are kept in the cache, by windows of time that begin on the clock. Server processes share them if CACHE_URL names
a shared cache.
"""

import time
from contextlib import suppress

from django.core.cache import cache


def count(what: str, *, seconds: int) -> int:
    """Count `what` once more; return its count in this window of `seconds`."""
    key = _key(what, seconds)
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        return 1  # the window ended between the two


def counted(what: str, *, seconds: int) -> int:
    return int(cache.get(_key(what, seconds), 0))


def take_back(what: str, *, seconds: int) -> None:
    """Count `what` once less: it was none of what is limited."""
    with suppress(ValueError):  # the window ended between the two
        cache.decr(_key(what, seconds))


def seconds_left(seconds: int) -> int:
    return seconds - int(time.time()) % seconds


def _key(what: str, seconds: int) -> str:
    return f"limit {what} {int(time.time()) // seconds}".replace(" ", "-")
