"""Our own processes: two web nodes of two processes each, and two nodes of workers."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from secrets import token_urlsafe
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from deploy.cluster.places import (
    NAME,
    PGBOUNCER,
    PRIMARY,
    RABBITMQ,
    REDIS,
    ROOT,
    STANDBY,
    WEB,
    WEB_DATABASE,
    database_url,
    folder,
)
from deploy.cluster.program import Program

PYTHON = str(ROOT / ".venv/bin/python")
GUNICORN = str(ROOT / ".venv/bin/gunicorn")
CELERY = str(ROOT / ".venv/bin/celery")


@cache
def environment() -> Mapping[str, str]:
    """The settings that all of them share; commands go past PgBouncer, as docs/production.md asks."""
    return {
        "DEBUG": "off",
        "HTTPS": "off",
        "SECRET_KEY": token_urlsafe(50),
        "ENCRYPTION_KEYS": token_urlsafe(50),
        "ALLOWED_HOSTS": "*",
        "PROXIES": "1",
        "PAYMENT_GATEWAY": "orders.payments.sandbox.SandboxGateway",
        "CACHE_URL": f"redis://{REDIS}/0",
        "TASK_QUEUE": "celery",
        "CELERY_BROKER_URL": f"amqp://guest:guest@{RABBITMQ}//",
        "FILES": str(folder("files")),
        "DATABASE_URL": database_url(PGBOUNCER),
        "REPLICA_URL": database_url(STANDBY),
        "DATABASE_STARTUP_OPTIONS": "off",
        "API_REQUESTS_PER_MINUTE": "100000",
        "PYTHONUNBUFFERED": "1",
    }


def past_pgbouncer() -> dict[str, str]:
    return {**os.environ, **environment(), "DATABASE_URL": database_url(PRIMARY), "DATABASE_STARTUP_OPTIONS": "on"}


def manage(*arguments: str, **more: str) -> str:
    """What a command of manage.py printed."""
    return python("manage.py", *arguments, **more)


def python(*arguments: str, **more: str) -> str:
    command = [PYTHON, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=past_pgbouncer() | more, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def web(node: str) -> Program:
    command = [GUNICORN, "crm.wsgi", "--bind", str(WEB[node]), "--workers", "2", "--threads", "6"]
    way = {"DATABASE_URL": database_url(WEB_DATABASE[node])}
    command += ["--graceful-timeout", "15"]
    return Program(f"web-{node}", command, {**environment(), **way}, is_up=lambda: is_ready(node))


def worker(node: str) -> Program:
    """Keeps time, beside what Celery wakes."""
    return Program(f"worker-{node}", [PYTHON, "manage.py", "worker"], environment())


def celery(node: str) -> Program:
    command = [CELERY, "--app", "crm.jobs.celery_queue", "worker", "--concurrency", "1", "--hostname", f"{node}@{NAME}"]
    return Program(f"celery-{node}", command, environment())


def is_ready(node: str) -> bool:
    return readiness(node).startswith("ok")


def readiness(node: str) -> str:
    """What /readyz of the node says; empty where it does not answer."""
    request = Request(f"http://{WEB[node]}/readyz", headers={"Host": "localhost"})
    with suppress(OSError):
        try:
            with urlopen(request, timeout=8) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            return error.read().decode()
        except URLError:
            return ""
    return ""
