"""A database that was restarted: the connections of the pool are lost, and the database answers."""

import pytest
from django.db import OperationalError, connection
from psycopg_pool import ConnectionPool, PoolTimeout

from crm.http.unavailable import answer
from tests.failing_database import apart

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
SEVERAL = 5


def pids_of(pool: ConnectionPool) -> list[int]:
    """The processes behind so many connections of the pool."""
    taken = [pool.getconn() for _ in range(SEVERAL)]
    pids = [session.info.backend_pid for session in taken]
    for session in taken:
        pool.putconn(session)
    return pids


def test_after_the_first_refusal_no_lost_connection_is_tried_again(rf):
    connection.ensure_connection()
    pids = pids_of(connection.pool)
    with apart() as session:
        session.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [pids])
    error = OperationalError("couldn’t get a connection")
    error.__cause__ = PoolTimeout()

    assert answer(rf.get("/customers/"), error).status_code == 503

    assert not set(pids_of(connection.pool)) & set(pids)
