"""One moment for one answer: all statements of a read see the database as it was when the first of them began.

Otherwise a merge that is committed between two statements takes the customer, or half of what is shown, out of an
answer. A snapshot takes no locks, waits for nobody and cannot write. PostgreSQL begins it with the first statement, in
one statement, and SQLite with BEGIN.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import connection, transaction
from psycopg import IsolationLevel

from customers.database.failures import optional_write

READS = ("GET", "HEAD")
"""The methods of requests that only read."""

Act = Callable[[], object]

_postponed: ContextVar[list[Act] | None] = ContextVar("postponed", default=None)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read within one snapshot; within a transaction, as that transaction reads."""
    if connection.in_atomic_block:
        yield
        return
    acts: list[Act] = []
    token = _postponed.set(acts)
    try:
        with _read_only(), transaction.atomic():
            yield
    finally:
        _postponed.reset(token)
    for act in acts:
        with optional_write():
            act()


def after_reading(act: Callable[..., object], /, *args: Any, **kwargs: Any) -> None:
    """Do what is written beside a read, such as who looked at it: once the snapshot is over, or now without one.

    It is left out while the database cannot write it.
    """
    acts = _postponed.get()
    if acts is None:
        with optional_write():
            act(*args, **kwargs)
    else:
        acts.append(partial(act, *args, **kwargs))


@contextmanager
def _read_only() -> Iterator[None]:
    """Let the next transaction of this connection be a snapshot."""
    session: Any = connection
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        session = connection.connection
        characteristics: dict[str, Any] = {"isolation_level": IsolationLevel.REPEATABLE_READ, "read_only": True}
    else:
        # Not IMMEDIATE, which would wait for writers and keep them waiting.
        characteristics = {"transaction_mode": "DEFERRED"}
    before = {name: getattr(session, name) for name in characteristics}
    _set(session, characteristics)
    try:
        yield
    finally:
        if not getattr(session, "closed", False):
            _set(session, before)


def _set(session: Any, characteristics: dict[str, Any]) -> None:
    for name, value in characteristics.items():
        setattr(session, name, value)
