import sys

import pytest
from django.db import connection

from crm import checks
from crm.checks import check_cache, check_lock_table, check_second_factor, check_session, check_shared_limits

REDIS = "crm.shared_cache.SharedCache"


def test_healthz_answers_strangers_and_asks_no_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.postgres
def test_the_check_names_what_a_session_lacks_and_how_to_set_it(db):
    assert check_session(["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL jit = on")
    [warning] = check_session(["default"])
    assert warning.msg.endswith("jit is on, lock_timeout is 0")
    assert "ALTER ROLE … SET lock_timeout = '20000'" in warning.hint


@pytest.mark.postgres
def test_a_table_of_locks_that_two_imports_may_fill_is_told(db, monkeypatch):
    monkeypatch.setattr(checks, "FEWEST_LOCKS", 1)
    assert check_lock_table(["default"]) == []
    monkeypatch.setattr(checks, "FEWEST_LOCKS", 10**9)
    [warning] = check_lock_table(["default"])
    assert (warning.id, "max_locks_per_transaction" in warning.hint) == ("crm.W006", True)


def test_a_cache_that_does_not_answer_is_told_at_the_start(settings):
    assert check_cache(["default"]) == []
    settings.CACHES = {"default": {"BACKEND": REDIS, "LOCATION": "redis://127.0.0.1:1/0"}}
    assert check_cache(None) == []
    [error] = check_cache(["default"])
    assert (error.id, "does not answer" in error.msg) == ("crm.E004", True)


def test_the_package_of_a_cache_that_is_missing_is_told_at_the_start(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    settings.CACHES = {"default": {"BACKEND": REDIS, "LOCATION": "redis://127.0.0.1:1/0"}}
    [error] = check_cache(["default"])
    assert (error.id, "reunite[redis]" in error.hint) == ("crm.E003", True)


def test_limits_of_one_process_are_told_before_a_deployment(settings):
    assert [warning.id for warning in check_shared_limits()] == ["crm.W002"]
    settings.CACHES = {"default": {"BACKEND": REDIS}}
    assert check_shared_limits() == []


def test_risky_users_without_a_second_factor_are_told_before_a_deployment(settings):
    assert [warning.id for warning in check_second_factor()] == ["crm.W003"]
    settings.SECOND_FACTOR_REQUIRED = True
    assert check_second_factor() == []
