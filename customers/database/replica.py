"""A copy of the database for reading, where REPLICA_URL names one: who reads it, and who has to read the primary.

Only what is read within `reading` goes there. Everything else, and whatever writes, goes to the primary.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

REPLICA = "replica"
REMEMBERED = 2  # seconds, after which a replica that was away is asked again

POSITION_SQL = "SELECT pg_current_wal_lsn()::text"
# A former standby that was promoted replays nothing, and has everything.
HAS_REPLAYED_SQL = "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn"
BEGINNING = "0/0"

_alias: ContextVar[str] = ContextVar("alias", default=DEFAULT_DB_ALIAS)
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
    """How far the primary has written: a replica that has come to it has what was just committed."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(POSITION_SQL)
        return str(cursor.fetchone()[0])


def alias_that_has(written: str) -> str:
    """The replica if it has come to the position `written`; the primary if not, or while the replica is away."""
    global _away_until
    if not is_set_up() or monotonic() < _away_until:
        return DEFAULT_DB_ALIAS
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(HAS_REPLAYED_SQL, [written or BEGINNING])
            return REPLICA if cursor.fetchone()[0] else DEFAULT_DB_ALIAS
    except Error as error:
        logger.warning("The replica does not answer: %s", error)
        connections[REPLICA].close()
        _away_until = monotonic() + REMEMBERED
        return DEFAULT_DB_ALIAS
