"""From where the current request comes: its address, its id, and the API key that it was sent with.

The outermost middleware says it (`crm.http.request_ids`), for everything that the request does, and so does a worker
for the job that it does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RequestOrigin:
    """`address` is empty for a command and a worker."""

    address: str = ""
    request_id: str = ""
    key: int | None = None


NOWHERE = RequestOrigin()
_current: ContextVar[RequestOrigin] = ContextVar("origin", default=NOWHERE)


def current_origin() -> RequestOrigin:
    return _current.get()


@contextmanager
def coming_from(origin: RequestOrigin) -> Iterator[None]:
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def note_key(pk: int) -> None:
    """The request was sent with this API key. Outside of a request, nothing would ever forget it."""
    if (origin := _current.get()) is not NOWHERE:
        _current.set(replace(origin, key=pk))
