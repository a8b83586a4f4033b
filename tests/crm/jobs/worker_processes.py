"""Workers as processes of their own on the database of the test, to be killed."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings
from django.db import connection, connections

from crm.jobs.models import Job

Answer = TypeVar("Answer")
ROOT = Path(__file__).parents[3]


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


def command_process(*command: str) -> subprocess.Popen:
    """A command of `manage.py` that begins with nothing, on the database of the test."""
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "FILES": str(settings.MEDIA_ROOT),
    }
    return subprocess.Popen([sys.executable, "manage.py", *command, "--skip-checks"], cwd=ROOT, env=surroundings)


def database_url() -> str:
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    password = f":{quote(of['PASSWORD'])}" if of["PASSWORD"] else ""
    return f"postgres://{of['USER']}{password}@{of['HOST']}:{of['PORT'] or 5432}/{of['NAME']}"


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
