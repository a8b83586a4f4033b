"""Celery on RabbitMQ wakes the workers: each row is done once, also when a worker is killed in mid-job."""

from uuid import uuid4

import pytest
from django.conf import settings
from django_tasks import TaskResultStatus
from kombu import Connection

from crm.jobs import celery_queue
from crm.jobs.models import Job
from crm.jobs.queue import advance
from tests.crm.jobs.counting import start_counting
from tests.crm.jobs.test_workers import ROWS, check_each_row_once, kill_at

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def queue(monkeypatch):
    """A queue of RabbitMQ for this test alone."""
    name = f"reunite-test-{uuid4()}"
    monkeypatch.setenv("TASK_QUEUE", "celery")
    monkeypatch.setenv("CELERY_QUEUE", name)
    use_queue(name)
    yield name
    use_queue(settings.CELERY_QUEUE)
    with Connection(settings.CELERY_BROKER_URL) as connection:
        connection.default_channel.queue_delete(name)
        connection.default_channel.exchange_delete(name)


def use_queue(name: str) -> None:
    celery_queue.app.conf.update(task_default_queue=name, task_queues=[celery_queue.quorum_queue(name)])
    celery_queue.app.amqp.__dict__.pop("queues", None)  # it remembers them


def call(job: Job) -> TaskResultStatus:
    return celery_queue.CeleryBackend("default", {}).enqueue(advance, [str(job.uuid)], {}).status


@pytest.mark.rabbitmq
def test_a_killed_worker_of_celery_repeats_nothing_and_loses_nothing(owner, start_worker, queue):
    job = start_counting(ROWS, by=owner, seconds=0.01)
    call(job)
    clock = start_worker()  # `manage.py worker`, which only has the clock here
    kill_at(start_worker(module="tests.crm.jobs.counting_celery"), job, ROWS // 3)
    start_worker(module="tests.crm.jobs.counting_celery")
    assert clock.wait(timeout=90) == 0  # when no job is left to do

    check_each_row_once(job)


def test_who_starts_a_job_does_not_hear_that_rabbitmq_is_away(owner, monkeypatch):
    monkeypatch.setattr(celery_queue.app.conf, "broker_url", "amqp://guest:guest@127.0.0.1:1//")
    monkeypatch.setattr(celery_queue.app.conf, "broker_write_url", "amqp://guest:guest@127.0.0.1:1//")
    assert call(start_counting(5, by=owner)) == TaskResultStatus.READY
