"""Workers as processes of their own on the database of the test, to be killed."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from importlib import import_module
from typing import TypeVar

from django.db import connection, connections

from crm.jobs.models import Job

Answer = TypeVar("Answer")


class WorkerProcess(multiprocessing.get_context("fork").Process):
    """A fork of this process: to start Python and import everything again takes longer than what most of them do."""

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int | None:
        self.join(timeout)
        return self.exitcode


def worker_process(module: str = "tests.crm.jobs.counting_worker") -> WorkerProcess:
    """One that does what `main` of `module` does."""
    connections.close_all()  # no two processes may send over one
    if connection.vendor == "postgresql":
        connection.close_pool()
    worker = WorkerProcess(target=import_module(module).main)
    worker.start()
    return worker


def wait_until(condition: Callable[[], Answer | None], seconds: float = 60) -> Answer:
    ends = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.01)
    return answer


def kill_in_mid_job(workers: list[WorkerProcess], job: Job, *, done: int) -> None:
    """SIGKILL whoever has the job, at a moment of chance after `done` rows: within a chunk, or between two."""

    def holder() -> WorkerProcess | None:
        name = Job.objects.filter(pk=job.pk, done__gte=done).values_list("worker", flat=True).first() or ""
        return next((worker for worker in workers if name.endswith(f"-{worker.pid}")), None)

    worker = wait_until(holder)
    time.sleep(random.uniform(0, 0.05))  # noqa: S311 - no secret
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    workers.remove(worker)
