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

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import IsolationLevel

from customers.database.failures import optional_write
from customers.database.replica import reading, reading_connection

READS = ("GET", "HEAD")
"""The methods of requests that only read."""

Act = Callable[[], object]

_postponed: ContextVar[list[Act] | None] = ContextVar("postponed", default=None)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read within one snapshot; within a transaction, as that transaction reads."""
    database = reading_connection()
    if database.in_atomic_block:
        yield
        return
    acts: list[Act] = []
    token = _postponed.set(acts)
    try:
        with _read_only(database), transaction.atomic(using=database.alias):
            yield
    finally:
        _postponed.reset(token)
    with reading(DEFAULT_DB_ALIAS):
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
def _read_only(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the next transaction of this connection be a snapshot."""
    session: Any = database
    if database.vendor == "postgresql":
        database.ensure_connection()
        session = database.connection
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
