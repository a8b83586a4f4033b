"""Where there is a replica, pages are read from it, and nobody misses what they did."""

from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from crm.http import snapshots
from customers.database import replica
from customers.database.replica import HAS_REPLAYED_SQL, REPLICA
from customers.models import Note
from tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def statements(monkeypatch) -> Iterator[list[str]]:
    """What is sent to the replica: the same database, by a session of its own."""
    monkeypatch.setitem(connections.settings, REPLICA, {**connections[DEFAULT_DB_ALIAS].settings_dict})
    monkeypatch.setattr(replica, "is_set_up", lambda: True)
    monkeypatch.setattr(snapshots, "is_set_up", lambda: True)
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


def test_a_replica_that_is_away_is_not_asked_again_at_once(as_agent, statements, monkeypatch):
    monkeypatch.setattr(replica, "HAS_REPLAYED_SQL", "SELECT broken")
    monkeypatch.setattr(replica, "_away_until", 0.0)
    assert [as_agent.get("/customers/").status_code for _ in range(2)] == [200, 200]
    assert len(statements) == 1


@pytest.mark.parametrize("cookie", ["", "no position", "1/2; DROP TABLE", "0/123456789", "/"])
def test_a_cookie_that_is_no_position_is_none(as_agent, statements, cookie):
    as_agent.cookies["written"] = cookie
    assert as_agent.get("/customers/").status_code == 200
    assert reads(statements)
