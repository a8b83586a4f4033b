"""`/readyz` says whether this process can serve, and which check failed."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from crm.http import readiness
from crm.jobs.clock import take_due
from crm.jobs.models import Job, Schedule
from customers.database.failures import Failure
from tests.crm.http.test_unavailable import failing_as
from tests.failing_database import read_only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _migrated(monkeypatch) -> None:
    """The tables of the tests were made without migrations; a worker looked at the clock."""
    monkeypatch.setattr(readiness, "_known_as_migrated", set())
    recorder = MigrationRecorder(connection)
    for app, name in MigrationLoader(None).graph.leaf_nodes():
        recorder.record_applied(app, name)
    take_due(running=set())
    yield
    recorder.migration_qs.all().delete()


def readyz() -> tuple[int, list[str]]:
    response = Client().get("/readyz")
    return response.status_code, response.content.decode().splitlines()


def test_a_process_that_can_serve_says_what_it_asked():
    assert readyz() == (200, ["ok", "database: ok", "migrations: ok", "cache: ok", "queue: ok"])


def test_a_database_that_may_only_be_read_keeps_the_process_out():
    with read_only():
        status, lines = readyz()
    assert (status, lines) == (503, ["not ready", "database: is read-only"])


def test_a_database_that_does_not_answer_is_told_without_its_own_words():
    def fail(execute, sql, params, many, context):
        raise failing_as(Failure.AWAY)

    client = Client()
    with connection.execute_wrapper(fail):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\ndatabase: does not answer\n")


def test_a_program_that_is_newer_than_its_database_is_kept_out_until_it_was_migrated(django_assert_num_queries):
    newest = MigrationRecorder(connection).migration_qs.filter(app="customers")
    name = newest.get().name
    newest.delete()
    status, lines = readyz()
    assert (status, lines[2]) == (503, f"migrations: 1 not applied, the first is customers.{name}")

    MigrationRecorder(connection).record_applied("customers", name)
    assert readyz()[0] == 200
    with django_assert_num_queries(3):  # writable, the clock, the oldest job: what is applied stays applied
        assert readyz()[0] == 200


def test_a_database_without_tables_is_told_to_lack_migrations():
    MigrationRecorder(connection).migration_qs.all().delete()

    def fail(execute, sql, params, many, context):
        if Job._meta.db_table in sql or Schedule._meta.db_table in sql:
            raise ProgrammingError("no such table")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        status, lines = readyz()
    assert (status, lines[-1].startswith("migrations: ")) == (503, True)


def test_a_cache_that_is_away_is_told_and_keeps_nobody_out(settings):
    settings.CACHES = {"default": {"BACKEND": "crm.shared_cache.SharedCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    status, lines = readyz()
    assert (status, lines[3]) == (200, "cache: does not answer")


def test_jobs_that_wait_are_told_and_keep_nobody_out():
    Job.objects.create(kind="rebuild", wake_at=timezone.now() - timedelta(minutes=7, seconds=1))
    assert readyz() == (
        200,
        ["ok", "database: ok", "migrations: ok", "cache: ok", "queue: a job has waited for 7 minutes"],
    )


def test_a_site_without_a_worker_is_told(monkeypatch):
    monkeypatch.setattr("crm.jobs.clock.LONGEST_SILENCE", timedelta(days=-100_000))
    assert readyz()[1][-1] == "queue: no worker runs"
