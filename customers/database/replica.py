"""A copy of the database for reading, where REPLICA_URL names one: who reads it, and who has to read the primary.

Only what is read within `reading` goes there. Everything else, and whatever writes, goes to the primary. A replica that
fails meanwhile fails nobody: what only reads is read once more, from the primary.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from customers.database.failures import Failure, failure_of

Result = TypeVar("Result")

logger = logging.getLogger(__name__)

REPLICA = "replica"
REMEMBERED = 2  # seconds, after which a replica that was away is asked again, by one who waits for it
PAUSE = 0.1
# A replica replays what a long read still needs the rows of, and then ends the read: BUSY, by its SQLSTATE.
OF_REPLICA = (Failure.AWAY, Failure.BUSY)
"""Failures that the primary does not share."""

POSITION_SQL = "SELECT pg_current_wal_lsn()::text"
# A former standby that was promoted replays nothing, and has everything.
HAS_REPLAYED_SQL = "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn"
BEGINNING, FARTHEST = "0/0", "FFFFFFFF/FFFFFFFF"
"""Positions that every replica has, and that none comes to: who wrote up to there reads the primary."""

_alias: ContextVar[str] = ContextVar("alias", default=DEFAULT_DB_ALIAS)
_guard = Lock()
_away_until = 0.0


class ReplicaRouter:
    """What belongs to a database other than these two stays there: Django decides by the row."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return None if is_elsewhere(hints) else _alias.get()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        return None if is_elsewhere(hints) else DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


def is_elsewhere(hints: Mapping[str, Any]) -> bool:
    instance = hints.get("instance")
    return instance is not None and instance._state.db not in {None, DEFAULT_DB_ALIAS, REPLICA}


def is_set_up() -> bool:
    databases: Mapping[str, object] = settings.DATABASES
    return REPLICA in databases


def reading_connection() -> BaseDatabaseWrapper:
    """Where statements that only read and that Django does not route are sent."""
    return connections[_alias.get()]


def reading_alias() -> str:
    return _alias.get()


@contextmanager
def reading(alias: str) -> Iterator[None]:
    before = _alias.set(alias)
    try:
        yield
    finally:
        _alias.reset(before)


def position() -> str:
    """How far the primary has written: a replica that has come to it has what was just committed. Empty without one."""
    if not is_set_up():
        return ""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(POSITION_SQL)
        return str(cursor.fetchone()[0])


def read_from_replica(read: Callable[[], Result], *, written: str, patience: float = 0) -> Result:
    """What `read` returns, which only reads: of the replica if it comes to the position `written` within `patience`
    seconds, else of the primary, and once more of the primary if the replica fails."""
    until = monotonic() + patience
    while (alias := alias_that_has(written)) != REPLICA and is_set_up() and monotonic() < until:
        sleep(PAUSE)
    if alias == REPLICA:
        try:
            with reading(REPLICA):
                return read()
        except Error as error:
            failure = failure_of(error)
            if failure not in OF_REPLICA:
                raise
            if failure is Failure.AWAY:
                _leave_out(error)
    return read()


def alias_that_has(written: str) -> str:
    """The replica if it has come to the position `written`; the primary if not, or while the replica is away."""
    if not is_set_up() or _is_left_out():
        return DEFAULT_DB_ALIAS
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(HAS_REPLAYED_SQL, [written or BEGINNING])
            has_replayed = bool(cursor.fetchone()[0])
    except Error as error:
        _leave_out(error)
        return DEFAULT_DB_ALIAS
    _let_in()
    return REPLICA if has_replayed else DEFAULT_DB_ALIAS


def _is_left_out() -> bool:
    """After that time one asks it, and the others go on without it until that one knows."""
    global _away_until
    with _guard:
        if _away_until and monotonic() >= _away_until:
            _away_until = monotonic() + settings.CONNECT_TIMEOUT + REMEMBERED
            return False
        return bool(_away_until)


def _leave_out(error: Error) -> None:
    global _away_until
    logger.warning("The replica does not answer: %s", error)
    connection = connections[REPLICA]
    connection.close()
    if pool := getattr(connection, "pool", None):
        pool.drain()
    with _guard:
        _away_until = monotonic() + REMEMBERED


def _let_in() -> None:
    global _away_until
    with _guard:
        _away_until = 0.0
