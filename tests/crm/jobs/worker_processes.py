"""Workers as processes of their own on the database of the test, to be killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from crm.jobs.models import Job

Answer = TypeVar("Answer")
ROOT = Path(__file__).parents[3]


def database_url() -> str:
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    password = f":{quote(of['PASSWORD'])}" if of["PASSWORD"] else ""
    return f"postgres://{of['USER']}{password}@{of['HOST']}:{of['PORT'] or 5432}/{of['NAME']}"


def worker_process(module: str = "tests.crm.jobs.counting_worker") -> subprocess.Popen:
    surroundings = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "FILES": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=surroundings)


def wait_until(condition: Callable[[], Answer | None], seconds: float = 60) -> Answer:
    ends = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.01)
    return answer


def kill_in_mid_job(workers: list[subprocess.Popen], job: Job, *, done: int) -> None:
    """SIGKILL whoever has the job, at a moment of chance after `done` rows: within a chunk, or between two."""

    def holder() -> subprocess.Popen | None:
        name = Job.objects.filter(pk=job.pk, done__gte=done).values_list("worker", flat=True).first() or ""
        return next((worker for worker in workers if name.endswith(f"-{worker.pid}")), None)

    worker = wait_until(holder)
    time.sleep(random.uniform(0, 0.05))  # noqa: S311 - no secret
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    workers.remove(worker)
