"""Where there is a replica, pages, exports and scans are read from it, and nobody misses what they did."""

from collections.abc import Iterator
from time import monotonic

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from psycopg.errors import AdminShutdown, SerializationFailure

from crm.exports.views import exports as views
from crm.http import outage, snapshots
from crm.jobs.models import Job
from customers.database import replica
from customers.database.replica import HAS_REPLAYED_SQL, POSITION_SQL, REPLICA
from customers.matching.likely.scan import scan
from customers.models import Note
from tests.exported import rows
from tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def statements(monkeypatch) -> Iterator[list[str]]:
    """What is sent to the replica: the same database, by a session of its own."""
    monkeypatch.setitem(connections.settings, REPLICA, {**connections[DEFAULT_DB_ALIAS].settings_dict})
    monkeypatch.setattr(replica, "is_set_up", lambda: True)
    monkeypatch.setattr(snapshots, "is_set_up", lambda: True)
    monkeypatch.setattr(replica, "_away_until", 0.0)
    connections[REPLICA].connect()  # the test case lets nobody connect to a database that it does not know
    sent: list[str] = []

    def note(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with connections[REPLICA].execute_wrapper(note):
        yield sent
    connections[REPLICA].close()
    connections[REPLICA].close_pool()
    del connections[REPLICA]


def reads(statements: list[str]) -> list[str]:
    return [sql for sql in statements if sql != HAS_REPLAYED_SQL]


def test_a_page_is_read_from_the_replica_and_nothing_is_written_there(as_agent, statements):
    customer = CustomerFactory()
    assert as_agent.get("/customers/").status_code == 200
    assert as_agent.get(customer.get_absolute_url()).status_code == 200
    assert reads(statements)
    assert not [sql for sql in statements if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH", "SET"))]


def test_who_has_written_reads_the_primary_until_the_replica_has_it(as_agent, statements, monkeypatch):
    customer = CustomerFactory()
    as_agent.post(f"/customers/{customer.pk}/notes/", {"text": "Called."})
    assert Note.objects.exists()
    assert as_agent.cookies["written"].value

    statements.clear()
    with monkeypatch.context() as behind:
        behind.setattr(replica, "HAS_REPLAYED_SQL", "SELECT %s::text IS NULL")
        assert "Called." in as_agent.get(customer.get_absolute_url()).content.decode()
    assert [sql.startswith("SELECT %s") for sql in statements] == [True]

    as_agent.get(customer.get_absolute_url())
    assert len(reads(statements)) > 1


def test_an_act_whose_position_is_lost_with_the_primary_is_answered_and_then_read_there(
    as_agent, statements, monkeypatch
):
    customer = CustomerFactory()

    def fail(execute, sql, params, many, context):
        if sql == POSITION_SQL:
            raise OperationalError("of the primary") from AdminShutdown("of the primary")
        return execute(sql, params, many, context)

    with connections[DEFAULT_DB_ALIAS].execute_wrapper(fail):
        answer = as_agent.post(f"/customers/{customer.pk}/notes/", {"text": "Called."})
    assert (answer.status_code, Note.objects.count()) == (302, 1)

    statements.clear()
    monkeypatch.setattr(replica, "HAS_REPLAYED_SQL", "SELECT pg_current_wal_lsn() >= %s::pg_lsn")
    assert "Called." in as_agent.get(customer.get_absolute_url()).content.decode()
    assert statements == [replica.HAS_REPLAYED_SQL]


def test_a_replica_that_is_away_is_not_asked_again_at_once_and_then_by_one(as_agent, statements, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(replica, "HAS_REPLAYED_SQL", "SELECT broken")
        assert [as_agent.get("/customers/").status_code for _ in range(2)] == [200, 200]
    assert len(statements) == 1
    monkeypatch.setattr(replica, "_away_until", monotonic() - 1)
    assert [replica._is_left_out() for _ in range(2)] == [False, True]


@pytest.mark.parametrize("kind", [AdminShutdown, SerializationFailure])
def test_a_page_whose_replica_fails_is_read_from_the_primary(as_agent, statements, kind):
    """It goes away, or replays what the page still reads the rows of. The site has no outage by that."""
    customer = CustomerFactory()

    def fail(execute, sql, params, many, context):
        if reads([sql]):
            raise OperationalError("of the replica") from kind("of the replica")
        return execute(sql, params, many, context)

    with connections[REPLICA].execute_wrapper(fail):
        assert as_agent.get(customer.get_absolute_url()).status_code == 200
    assert (replica._away_until > 0) == (kind is AdminShutdown)
    assert not outage.is_known()


@pytest.fixture
def agents_file(as_agent, monkeypatch, settings, tmp_path):
    """What starts an export as a job, and reads its file."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(views, "MOST_AT_ONCE", 0)
    return lambda: [row["Number"] for row in rows(as_agent, "customers")]


def test_an_export_by_a_job_is_read_from_the_replica_that_has_what_was_before(agents_file, statements, monkeypatch):
    customer = CustomerFactory()
    assert agents_file() == [str(customer.pk)]
    assert [sql for sql in reads(statements) if "customers_customer" in sql]
    assert not [sql for sql in reads(statements) if not sql.lstrip("(").startswith("SELECT")]
    assert Job.objects.get().parameters["written"]

    statements.clear()
    monkeypatch.setattr(replica, "HAS_REPLAYED_SQL", "SELECT %s::text IS NULL")
    assert agents_file() == [str(customer.pk)]
    assert not [sql for sql in statements if "customers_customer" in sql]


def test_a_scan_is_read_from_the_replica_once_that_has_come_to_where_it_begins(statements, monkeypatch):
    CustomerFactory()
    monkeypatch.setattr(replica, "PAUSE", 0)
    answers = iter(["SELECT %s::text IS NULL", "SELECT %s::text IS NOT NULL"])

    def late(execute, sql, params, many, context):
        return execute(next(answers) if sql == HAS_REPLAYED_SQL else sql, params, many, context)

    with connections[REPLICA].execute_wrapper(late):
        assert scan().customers == 1
    assert next(answers, None) is None
    assert [sql for sql in statements if "customers_customer" in sql]
    assert not [sql for sql in reads(statements) if not sql.startswith("SELECT")]


@pytest.mark.parametrize("cookie", ["", "no position", "1/2; DROP TABLE", "0/123456789", "/"])
def test_a_cookie_that_is_no_position_is_none(as_agent, statements, cookie):
    as_agent.cookies["written"] = cookie
    assert as_agent.get("/customers/").status_code == 200
    assert reads(statements)
