"""The horizon: the time before which nothing new can appear, because nobody who is still writing began before it.

A row has the time of the statement that wrote it, and appears when its transaction is committed. So a reader that has
come to that time by then has passed it over, and must go back to the horizon of its last look.

Read it before the rows, and outside their snapshot. What is committed between the two is then among the rows.
"""

import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from customers.lib.errors import ActionError


class IncompleteError(ActionError):
    """Somebody has been writing since before the end of the period."""

    def __init__(self) -> None:
        super().__init__("Not answered: changes of these days are still being written. Ask again in a minute.")


LOCKS_OF_WRITERS = ("RowExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
FIRST_TABLE = 16384  # below are tables of PostgreSQL itself
PARSED_WITHIN = "10 seconds"
"""By then a statement has the locks of its tables. A younger one may be about to take them."""

CLOCKS_DIFFER = timedelta(seconds=1)
"""Some times are those of the application, whose clock may be so far behind that of the database."""
LONGEST_WAIT, LOOKED_AGAIN = timedelta(seconds=3), timedelta(milliseconds=50)
LONGEST_WRITE = timedelta(hours=1)  # on SQLite, where others wait for it

# Who has written to a table keeps a lock of it until the end of the transaction. When that began is shown to the same
# role, and to members of pg_read_all_stats; where it is not shown, or the transaction was prepared for two phases,
# nothing is sure to be complete until it ends.
SQL = f"""
    WITH writers AS (
        SELECT DISTINCT pid FROM pg_locks
        WHERE locktype = 'relation' AND relation >= {FIRST_TABLE} AND mode = ANY(%s)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pid IS DISTINCT FROM pg_backend_pid()
    ), sessions AS (
        SELECT pid, state, xact_start, query_start, state IS NULL OR state = 'disabled' AS is_hidden
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    )
    SELECT least(
        statement_timestamp(),
        (SELECT min(CASE WHEN writers.pid IS NULL OR is_hidden THEN to_timestamp(0) ELSE xact_start END)
            FROM writers LEFT JOIN sessions ON sessions.pid = writers.pid),
        (SELECT min(query_start) FROM sessions
            WHERE state = 'active' AND query_start > statement_timestamp() - interval '{PARSED_WITHIN}')
    )
"""  # noqa: S608 - constants of ours


def horizon() -> datetime | None:
    """None where rows appear in the order of their times, as on SQLite, which has one writer at a time."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(SQL, [list(LOCKS_OF_WRITERS)])
        (at,) = cursor.fetchone()
    return at if isinstance(at, datetime) else None


def wait_until_complete(end: datetime) -> None:
    """Wait until nothing new can appear in a period that ends with `end`; IncompleteError when that takes too long.

    A period that is not over is not waited for: who reads it has to read it again.
    """
    now = timezone.now()
    if end > now:
        return
    if connection.vendor != "postgresql":
        _wait_for_the_writer(end, now)
        return
    until = time.monotonic() + LONGEST_WAIT.total_seconds()
    while (reached := horizon()) and reached < end + CLOCKS_DIFFER:
        if time.monotonic() > until:
            raise IncompleteError
        time.sleep(LOOKED_AGAIN.total_seconds())


def _wait_for_the_writer(end: datetime, now: datetime) -> None:
    if end > now - LONGEST_WRITE:
        with transaction.atomic():  # IMMEDIATE, so it begins when who is writing now has ended
            pass
