"""The Redis that CACHE_URL names; while it does not answer, each process counts by itself.

What is cached is never the only copy. Without Redis a limit lets through as many attempts as there are processes more,
and nobody who sends a good key or password is kept out.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

TIMEOUT = 0.3  # seconds, of a connection and of an answer
REMEMBERED = 2  # seconds, after which the next one asks Redis again


class SharedCache(RedisCache):
    _away_until = 0.0
    """Of all threads of the process: Django makes a cache for each."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": _limits() | params.get("OPTIONS", {})})
        self._of_process = LocMemCache(f"instead of {server}", params)

    def ask(self) -> None:
        """Raise what Redis fails with, and ImportError without its package."""
        super().get("reunite")

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._either(super().add, self._of_process.add, *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().get, self._of_process.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._either(super().set, self._of_process.set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._either(super().delete, self._of_process.delete, *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return int(self._either(super().incr, self._of_process.incr, *args, **kwargs))

    def decr(self, *args: Any, **kwargs: Any) -> int:
        # Django's own calls incr, of this class.
        return int(super().decr(*args, **kwargs))

    def _either(self, shared: Callable[..., Any], of_process: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if monotonic() >= self._away_until:
            try:
                return shared(*args, **kwargs)
            except failures() as error:
                logger.warning("The shared cache does not answer: %s", error)
                SharedCache._away_until = monotonic() + REMEMBERED
        return of_process(*args, **kwargs)


def _limits() -> dict[str, Any]:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # Once more and at once, because a connection that was left over from before a restart is lost.
    retry = Retry(NoBackoff(), 1)
    return {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT, "retry": retry}


def ask_cache() -> None:
    """Raise what the cache fails with, one of `failures`."""
    cache: object = caches["default"]
    if isinstance(cache, SharedCache):
        cache.ask()
    else:
        caches["default"].get("reunite")


def failures() -> tuple[type[Exception], ...]:
    try:
        from redis.exceptions import RedisError
    except ImportError:
        return (OSError,)
    return OSError, RedisError
