"""The wake-up call: a task that gives a job its next turn. `TASKS` in the settings says which queue carries it.

A call that is lost is made again by `lost_jobs.py`, and one too many finds nothing to do.
"""

import os
import socket
import threading
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers.lib.batches import delete_in_batches
from customers.lib.retention import kept_since

stopping = threading.Event()
"""Set when this process was asked to end: it ends after the chunk."""


@task()
def advance(uuid: str) -> None:
    take_turn(uuid, worker=worker_name(), is_stopping=stopping.is_set, go_on=wake)


def wake(job: Job) -> None:
    """Let a worker go on with the job, once what is being written is committed."""
    transaction.on_commit(partial(_enqueue, str(job.uuid), job.wake_at))


def _enqueue(uuid: str, at: datetime) -> None:
    advance.using(run_after=at).enqueue(uuid)


def worker_name() -> str:
    return f"{socket.gethostname()[:80]}-{os.getpid()}"


def old_calls() -> "QuerySet[DBTaskResult[Any, Any]]":
    """Those that were answered, and those that a killed worker left."""
    before = kept_since(timedelta(days=settings.WORKER_CALL_DAYS))
    return DBTaskResult.objects.filter(enqueued_at__lt=before).exclude(status=TaskResultStatus.READY)


def forget_old_calls() -> int:
    return delete_in_batches(old_calls())
