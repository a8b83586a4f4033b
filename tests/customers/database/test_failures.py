"""Each failure of a real database is told from a fault of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.db import ConnectionHandler, Error, connection, transaction

from customers.database.failures import Failure, failure_of
from tests.failing_database import apart, on_postgres, run

pytestmark = pytest.mark.django_db(transaction=True)


def error_of(act: Callable[[], object]) -> Error:
    with pytest.raises(Error) as raised:
        act()
    return raised.value


def connect_otherwise(**settings) -> None:
    """Open a connection of Django's with other settings, and ask it something."""
    databases = {"default": deepcopy(connection.settings_dict) | settings}
    databases["default"]["OPTIONS"]["pool"] |= {"timeout": 1, "min_size": 0}
    other = ConnectionHandler(databases)["default"]
    other._connection_pools = {}  # of all connections of this alias else
    try:
        other.cursor()
    finally:
        other.close_pool()


@transaction.atomic  # a PgBouncer would give the next transaction another session
def terminate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with apart() as session:
        session.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    run("SELECT 1")


def too_slow() -> None:
    with transaction.atomic():  # the session goes back to the pool, and must not keep the limit
        run("SET LOCAL statement_timeout = '50ms'", "SELECT pg_sleep(10)")


def without_connections_left() -> None:
    with apart() as session:
        session.execute("CREATE ROLE without_connections LOGIN CONNECTION LIMIT 0")
        try:
            connect_otherwise(USER="without_connections")
        finally:
            session.execute("DROP ROLE without_connections")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("act", "failure"),
    [
        (lambda: connect_otherwise(HOST="127.0.0.1", PORT="1"), Failure.AWAY),
        (without_connections_left, Failure.AWAY),
        (terminate, Failure.AWAY),
        (too_slow, Failure.SLOW),
        (lambda: run("SELECT 1/0"), None),
        (lambda: run("no statement"), None),
    ],
    ids=["nobody listens", "no connection left", "terminated", "slow", "ours", "syntax"],
)
def test_each_failure_of_postgresql_is_told_from_a_fault_of_ours(act, failure):
    try:
        assert failure_of(error_of(act)) is failure
    finally:
        connection.close()


NUMBERS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT i FROM n"
FILL = (
    "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
    if on_postgres
    else f"CREATE TABLE filling AS SELECT zeroblob(10000) FROM ({NUMBERS})"  # noqa: S608 - more than earlier tests left free
)


def test_a_full_disk_is_told_from_a_fault_of_ours():
    with room_for_nothing():
        assert failure_of(error_of(lambda: run(FILL))) is Failure.FULL


@contextmanager
def room_for_nothing() -> Iterator[None]:
    if on_postgres:
        yield
        return
    run("PRAGMA max_page_count = 1")
    yield
    run("PRAGMA max_page_count = 1073741823")
