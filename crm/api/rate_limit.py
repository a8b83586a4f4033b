"""Counting what comes in, so that neither a program gone wild nor somebody guessing keys holds up the others.

Counted by whole windows of time in the cache, which server processes share when CACHE_URL names one that they can.
"""

import time

from django.core.cache import cache


def count(what: str, *, seconds: int) -> int:
    """How often `what` has happened in this window of so many seconds, with this time."""
    key = _key(what, seconds)
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        return 1  # the window ended between the two


def counted(what: str, *, seconds: int) -> int:
    return int(cache.get(_key(what, seconds), 0))


def seconds_left(seconds: int) -> int:
    """Until the next window of so many seconds begins; at least one."""
    return seconds - int(time.time()) % seconds


def _key(what: str, seconds: int) -> str:
    return f"limit {what} {int(time.time()) // seconds}".replace(" ", "-")
