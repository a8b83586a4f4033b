"""`/readyz`: whether this process can serve, and what is wrong if not; `health.py` has `/healthz`.

What another process of the same site could do better keeps this one out of the balance: 503. A cache that is away or a
queue that is late is the same for all of them, so it is only said. Nothing here names a host, a user or an error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.http.unavailable import NOT_READY, note_failure
from crm.jobs.clock import is_worker_missing
from crm.jobs.models import UNFINISHED, Job
from crm.shared_cache import ask_cache, failures

GOOD = "ok"
LATE = timedelta(minutes=5)
"""A worker looks every second, and a job has its next turn after ten."""

READ_ONLY_SQL = {
    "postgresql": "SELECT current_setting('transaction_read_only') = 'on'",
    "sqlite": "SELECT query_only FROM pragma_query_only",
}

_known_as_migrated: set[str] = set()
"""The databases that have all migrations of this program. They do not lose any while it runs."""


@dataclass(frozen=True)
class Check:
    name: str
    ask: Callable[[], str]
    """GOOD, or what is wrong."""
    keeps_out: bool = False


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    lines = []
    try:
        for check in CHECKS:
            outcome = check.ask()
            lines.append(f"{check.name}: {outcome}")
            if check.keeps_out and outcome != GOOD:
                # The next ones may ask for a table that is not there yet.
                return _answer(["not ready", *lines], status=503)
    except Error as error:
        note_failure(request, error)
        return HttpResponse(NOT_READY, content_type="text/plain", status=503)
    return _answer([GOOD, *lines], status=200)


def _answer(lines: list[str], *, status: int) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain", status=status)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY_SQL[connection.vendor])
        (is_read_only,) = cursor.fetchone()
    return "is read-only" if is_read_only else GOOD


def _migrations() -> str:
    name = str(connection.settings_dict["NAME"])
    if name not in _known_as_migrated:
        if missing := sorted(_missing_migrations()):
            return f"{len(missing)} not applied, the first is {missing[0]}"
        _known_as_migrated.add(name)
    return GOOD


def _missing_migrations() -> Iterator[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    for app, name in MigrationLoader(None).graph.leaf_nodes():
        if (app, name) not in applied:
            yield f"{app}.{name}"


def _cache() -> str:
    try:
        ask_cache()
    except failures():
        return "does not answer"
    return GOOD


def _queue() -> str:
    if is_worker_missing():
        return "no worker runs"
    now = timezone.now()
    waiting = Job.objects.filter(state__in=UNFINISHED, lease=None, wake_at__lt=now - LATE)
    if since := waiting.order_by("wake_at").values_list("wake_at", flat=True).first():
        return f"a job has waited for {(now - since) // timedelta(minutes=1)} minutes"
    return GOOD


CHECKS = [
    Check("database", _database, keeps_out=True),
    Check("migrations", _migrations, keeps_out=True),
    Check("cache", _cache),
    Check("queue", _queue),
]
