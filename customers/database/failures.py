"""What a failing statement means: another act holds or deleted the row, or the database cannot serve at the moment.

It is told by the SQLSTATE of PostgreSQL and the result code of SQLite. Every other failure is a fault of ours.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from django.db import Error, InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)


class Failure(Enum):
    BUSY = auto()
    """Another act holds a lock for longer than one waits."""
    SLOW = auto()
    """A statement took longer than one may."""
    READ_ONLY = auto()
    FULL = auto()
    """No space is left, or the disk fails."""
    AWAY = auto()
    """The server cannot be reached, shuts down, or has no connection left."""
    GONE = auto()
    """What a row refers to was deleted since it was read, or what is deleted is referred to by now."""


# https://www.postgresql.org/docs/current/errcodes-appendix.html
SQLSTATES = {
    "23503": Failure.GONE,
    "40001": Failure.BUSY,
    "40P01": Failure.BUSY,
    "55P03": Failure.BUSY,
    "57014": Failure.SLOW,
    "25006": Failure.READ_ONLY,
    "25P03": Failure.AWAY,
    "53300": Failure.AWAY,
    "57P01": Failure.AWAY,
    "57P02": Failure.AWAY,
    "57P03": Failure.AWAY,
    "57P05": Failure.AWAY,
}
CLASSES = {"08": Failure.AWAY, "53": Failure.FULL, "58": Failure.FULL}

# https://www.sqlite.org/rescode.html: the lowest byte of a code is the error, the others are its details
RESULT_CODES = {
    5: Failure.BUSY,
    6: Failure.BUSY,
    8: Failure.READ_ONLY,
    10: Failure.FULL,
    13: Failure.FULL,
    14: Failure.AWAY,
}
LOWEST_BYTE = 0xFF
FOREIGN_KEY = 787


def failure_of(error: BaseException | None) -> Failure | None:
    """None if `error` is no failure of the database, or one of our statements is wrong."""
    if not isinstance(error, Error) or error.__cause__ is None:
        return None
    if code := getattr(error.__cause__, "sqlite_errorcode", None):
        return Failure.GONE if code == FOREIGN_KEY else RESULT_CODES.get(code & LOWEST_BYTE)
    if state := getattr(error.__cause__, "sqlstate", None):
        return SQLSTATES.get(state) or CLASSES.get(state[:2])
    # A connection that cannot be made, or is lost, has no SQLSTATE.
    is_lost = isinstance(error, OperationalError | InterfaceError) and connection.vendor == "postgresql"
    return Failure.AWAY if is_lost else None


def renew_idle_connections() -> None:
    """After a restart of the database all of them are lost, and the pool tries only some before it gives up."""
    if pool := getattr(connection, "pool", None):
        pool.drain()


@contextmanager
def optional_write() -> Iterator[None]:
    """For what is noted beside an answer, such as who opened a page: left out while the database cannot write it."""
    try:
        yield
    except Error as error:
        # A failed statement ends a transaction for all that is in it.
        if failure_of(error) is None or connection.in_atomic_block:
            raise
        logger.warning("Not written: %s", error)
