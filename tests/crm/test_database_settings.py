"""What is told to a database when a session begins, and what is not behind a pooler."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from crm.settings.database import Waits, database

URL = "postgres://reunite@127.0.0.1:5432/reunite"


@pytest.fixture
def env(monkeypatch) -> environ.Env:
    monkeypatch.setenv("DATABASE_URL", URL)
    return environ.Env()


def test_a_session_on_postgresql_begins_with_its_limits_and_without_jit(env, monkeypatch):
    monkeypatch.delenv("DATABASE_STARTUP_OPTIONS", raising=False)
    settings = database(env, "DATABASE_URL", "", Waits(env))
    assert settings["OPTIONS"]["options"].startswith("-c jit=off -c lock_timeout=")
    assert not settings["DISABLE_SERVER_SIDE_CURSORS"]


def test_behind_a_pooler_a_session_begins_without_options_and_has_no_cursors_of_the_server(env, monkeypatch):
    monkeypatch.setenv("DATABASE_STARTUP_OPTIONS", "off")
    settings = database(env, "DATABASE_URL", "", Waits(env))
    assert "options" not in settings["OPTIONS"]
    assert settings["DISABLE_SERVER_SIDE_CURSORS"]


def test_connections_of_a_pool_are_tried_before_they_are_used(env):
    assert database(env, "DATABASE_URL", "", Waits(env))["CONN_HEALTH_CHECKS"]


def test_an_address_that_is_empty_is_refused_by_its_name(env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is empty"):
        database(env, "DATABASE_URL", "sqlite:///db.sqlite3", Waits(env))
