"""Who may read the numbers, and what Prometheus reads."""

import math
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from crm.metrics.exposition import answer_at
from crm.webhooks.models import Delivery
from tests.crm.metrics.conftest import TOKEN, read_metrics
from tests.factories import CustomerFactory
from tests.factories.webhooks import delivery_of

ROOT = Path(__file__).parents[3]
MERGE_TWICE = "from crm.metrics.numbers import MERGES; MERGES.labels('page').inc(2)"


def test_without_a_token_there_is_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer tøken"])
def test_a_wrong_token_is_refused_before_anything_is_asked(counting, sent):
    assert Client().get("/metrics", headers={"Authorization": sent}).status_code == 401


def test_the_numbers_of_the_system_are_read_in_six_statements(db, counting, django_assert_num_queries):
    delivery = delivery_of(CustomerFactory())
    Delivery.objects.filter(pk=delivery.pk).update(at=timezone.now() - timedelta(minutes=10))
    with django_assert_num_queries(6):  # waiting jobs, running jobs, the clock, queues, the first endpoint, its events
        numbers = read_metrics()

    assert numbers["reunite_deliveries_waiting"] == 1
    assert 600 <= numbers["reunite_outbox_lag_seconds"] < 660
    assert (numbers["reunite_jobs_waiting"], numbers["reunite_queue_age_seconds"]) == (0, 0)
    assert numbers["reunite_clock_age_seconds"] == math.inf
    assert (numbers["reunite_database_up"], numbers["reunite_cache_up"]) == (1, 1)


def test_what_staff_paused_is_not_late(db, counting):
    delivery = delivery_of(CustomerFactory())
    Delivery.objects.filter(pk=delivery.pk).update(at=timezone.now() - timedelta(minutes=10))
    delivery.endpoint.paused_at = timezone.now()
    delivery.endpoint.save()

    assert read_metrics()["reunite_outbox_lag_seconds"] == 0


def test_a_worker_answers_by_itself(counting):
    port = free_port()
    answer_at(f"127.0.0.1:{port}")

    assert ask(port, "/metrics", TOKEN).startswith("# HELP reunite_requests_total")
    assert (ask(port, "/metrics", "wrong"), ask(port, "/customers/", TOKEN)) == ("", "")


def test_processes_of_a_server_are_added_up(db, counting, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", MERGE_TWICE], cwd=ROOT, check=True)  # noqa: S603 (ours)

    assert read_metrics()["reunite_merges_total"] == 4


def test_gunicorn_makes_a_folder_for_that_and_removes_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "of somebody else")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    configuration = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    configuration["on_starting"](None)

    [folder] = tmp_path.iterdir()
    assert (os.environ["PROMETHEUS_MULTIPROC_DIR"], folder.stat().st_mode & 0o777) == (str(folder), 0o700)
    configuration["on_exit"](None)
    assert [*tmp_path.iterdir()] == []


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ask(port: int, path: str, token: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    try:
        return connection.getresponse().read().decode()
    finally:
        connection.close()
