"""Who may read the numbers, and what Prometheus reads."""

import math
import os
import socket
import subprocess
import sys
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from crm.metrics.exposition import answer_at
from crm.webhooks.models import Delivery
from tests.crm.jobs.worker_processes import wait_until
from tests.crm.metrics.conftest import TOKEN, read_metrics
from tests.factories import CustomerFactory
from tests.factories.webhooks import delivery_of

ROOT = Path(__file__).parents[3]


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


@pytest.mark.long
def test_two_processes_of_gunicorn_are_added_up(tmp_path):
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/db", "HTTPS": "off", "METRICS_TOKEN": TOKEN}
    environment |= {"SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "crm.settings", "TMPDIR": str(tmp_path)}
    # On a busy machine a process takes longer to begin than gunicorn waits for one.
    options = ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "--timeout", "600"]
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", *options]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as server:  # noqa: S603 (arguments of ours)
        try:
            wait_until(lambda: is_answering(port), seconds=180)
            # Each has its files from when it has loaded everything.
            wait_until(lambda: len(list(tmp_path.glob("reunite-metrics-*/counter_*.db"))) == 2, seconds=180)
            already, sent = requests_counted(port), 0
            # Each has a file from the first request that it counts.
            while len(list(tmp_path.glob("reunite-metrics-*/counter_*.db"))) < 2 and sent < 1000:
                ask(port, "/healthz", "")
                sent += 1
            assert {requests_counted(port) - already for _ in range(10)} == {sent}
        finally:
            server.terminate()
    assert list(tmp_path.glob("reunite-metrics-*")) == []


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_answering(port: int) -> bool:
    try:
        return bool(ask(port, "/healthz", ""))
    except OSError:
        return False


def ask(port: int, path: str, token: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    try:
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def requests_counted(port: int) -> float:
    lines = ask(port, "/metrics", TOKEN).splitlines()
    return sum(
        float(line.split()[-1])
        for line in lines
        if line.startswith('reunite_requests_total{method="GET",status="200",view="other"')
    )
