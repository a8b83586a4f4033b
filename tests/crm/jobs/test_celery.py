"""Celery on RabbitMQ wakes the workers: each row is done once, also when a worker is killed in mid-job."""

import json
from uuid import uuid4

import pytest
from django.conf import settings
from django_tasks import TaskResultStatus
from kombu import Connection

from crm.jobs import celery_queue
from crm.jobs.models import Job
from crm.jobs.queue import advance
from tests.crm.jobs.counting import start_counting
from tests.crm.jobs.test_workers import ROWS, check_each_row_once, kill_in_mid_job, take
from tests.crm.jobs.worker_processes import wait_until

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


def take_delivered_again(queue: str) -> list[str]:
    """What the call in the queue asks for; it was delivered before, to a worker that did not acknowledge it."""
    with Connection(settings.CELERY_BROKER_URL) as connection, connection.channel() as channel:
        message = wait_until(lambda: channel.basic_get(queue))
        assert message.delivery_info["redelivered"]
        channel.basic_ack(message.delivery_tag)
    (_, args, _), *_ = json.loads(message.body)
    return args


@pytest.mark.rabbitmq
@pytest.mark.parametrize("kills", [1])
def test_killed_workers_of_celery_repeat_nothing_and_lose_nothing(owner, start_worker, queue, kills):
    job = start_counting(ROWS, by=owner, seconds=0.1)
    call(job)
    for kill in range(kills):
        worker = start_worker(module="tests.crm.jobs.counting_celery")
        kill_in_mid_job([worker], job, done=ROWS * (kill + 1) // (kills + 2))
        Job.objects.update(lease=None, lease_until=None)  # as the clock does a minute later
    assert take_delivered_again(queue) == [str(job.uuid)]
    take(job)
    check_each_row_once(job)


def test_who_starts_a_job_does_not_hear_that_rabbitmq_is_away(owner, monkeypatch):
    monkeypatch.setattr(celery_queue.app.conf, "broker_url", "amqp://guest:guest@127.0.0.1:1//")
    monkeypatch.setattr(celery_queue.app.conf, "broker_write_url", "amqp://guest:guest@127.0.0.1:1//")
    assert call(start_counting(5, by=owner)) == TaskResultStatus.READY
