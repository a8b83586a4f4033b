"""The wake-up calls by Celery on RabbitMQ: `TASK_QUEUE=celery`, and `celery --app crm.jobs.celery_queue worker`.

A message is acknowledged after its turn, so that RabbitMQ delivers it again when its worker is killed, and its queue is
a quorum queue, which survives the loss of a node. A call for later is not sent: the clock of `manage.py worker` makes
it.
"""

import logging
import os
from typing import Any

from celery import Celery
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult
from kombu.entity import Queue
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
logger = logging.getLogger(__name__)


def quorum_queue(name: str) -> Queue:
    return Queue(name, routing_key=name, queue_arguments={"x-queue-type": "quorum"})  # type: ignore[no-untyped-call]  # of kombu


app = Celery("reunite", broker=settings.CELERY_BROKER_URL, set_as_current=False)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    # Its queue is named by the host: a second worker there, or one that follows a killed one, could not begin.
    worker_enable_remote_control=False,
    task_ignore_result=True,
    task_default_queue=settings.CELERY_QUEUE,
    task_queues=[quorum_queue(settings.CELERY_QUEUE)],
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True, "max_retries": 1},
)


@app.task(name="reunite.run")  # type: ignore[untyped-decorator]  # celery has no types
def run(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    import_string(path).call(*args, **kwargs)


class CeleryBackend(BaseTaskBackend):
    supports_defer = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        now = timezone.now()
        if task.run_after is None or task.run_after <= now:
            _send(task.module_path, list(args), dict(kwargs))
        return TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=now,
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


def _send(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """A call that cannot be sent is made again by the clock, so whoever starts a job need not know."""
    try:
        run.apply_async((path, args, kwargs), retry=False)
    except OperationalError as error:
        logger.warning("RabbitMQ does not answer: %s", error)
