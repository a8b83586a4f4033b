"""A database that is away is asked by one request in a while, and the others do not wait for it."""

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg_pool import PoolTimeout

from crm.http import outage
from crm.http.unavailable import answer

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOBODY_LISTENS = "1"


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch) -> None:
    monkeypatch.setattr(outage, "_next_try", None)
    monkeypatch.setattr(outage, "REMEMBERED", 60)


@pytest.fixture
def tries(monkeypatch) -> list[str]:
    """Of connections past the pool: the port of each."""
    ports, connect = [], psycopg.connect

    def connect_noted(**params) -> psycopg.Connection:
        ports.append(params["port"])
        return connect(**params)

    monkeypatch.setattr(outage.psycopg, "connect", connect_noted)
    return ports


def refused(rf) -> int:
    """The status of a request that got no connection."""
    error = OperationalError("couldn’t get a connection")
    error.__cause__ = PoolTimeout()
    return answer(rf.get("/customers/"), error).status_code


def no_statement(execute, sql, params, many, context):
    raise AssertionError(f"The database was asked: {sql}")


def test_requests_after_the_first_one_do_not_wait_for_a_database_that_is_away(rf, as_agent, tries, monkeypatch):
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "PORT", NOBODY_LISTENS)
        assert refused(rf) == 503
        with connection.execute_wrapper(no_statement):
            pages = [as_agent.get("/customers/"), as_agent.post("/v1/customers"), Client().get("/readyz")]
            assert as_agent.get("/healthz").content == b"ok"
        assert {(page.status_code, page.headers["Retry-After"]) for page in pages} == {(503, "5")}
        assert pages[1].json()["code"] == 503
        assert pages[2].content == b"not ready\ndatabase: does not answer\n"
        assert tries == [NOBODY_LISTENS]

        away.setattr(outage, "REMEMBERED", 0)
        assert refused(rf) == 503
        assert as_agent.get("/customers/").status_code == 503
        assert tries == [NOBODY_LISTENS] * 3
    assert as_agent.get("/customers/").status_code == 200


def test_a_pool_without_a_free_connection_is_not_an_outage(rf, as_agent, tries):
    assert refused(rf) == 503
    assert as_agent.get("/customers/").status_code == 200
    assert len(tries) == 1


def test_while_one_request_tries_again_the_others_are_answered_at_once(monkeypatch):
    others = []

    def try_again() -> bool:
        others.append(outage.is_known())
        return True

    monkeypatch.setattr(outage, "_next_try", 0)
    monkeypatch.setattr(outage, "_can_connect", try_again)
    assert not outage.is_known()
    assert others == [True]
