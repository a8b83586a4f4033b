"""A worker's turn at a job: chunks for some seconds, then the next job.

1. `claim` takes the lease by one UPDATE that only one worker's can match.
2. Each chunk does its rows, moves the cursor and prolongs the lease in one transaction. Its last statement writes only
   where the lease is still ours: a worker that was taken for lost rolls back.
3. After the last chunk the result file is put together.

A chunk that fails is tried again, later each time, and at last the job stops and says why. The fault goes on to the
queue, to which a task that fails is nothing new: the worker lives on.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.audit.origin import RequestOrigin, coming_from
from crm.jobs.end import NotedFault, end_done, end_failed, note_failure
from crm.jobs.kind import JobKind, Step, TryLaterError, kind_named
from crm.jobs.leases import FIRST_LEASE, LeaseLostError, held, prolong
from crm.jobs.models import UNFINISHED, Job, JobError, JobEvent, JobEventKind, JobState, ResultPart
from crm.jobs.pace import add_point
from customers.lib.counting import Counted, count
from customers.lib.errors import ActionError

logger = logging.getLogger(__name__)

TURN = timedelta(seconds=10)
MOST_ERRORS = 1000
"""How many refused rows a job keeps."""


def take_turn(
    uuid: str,
    *,
    worker: str,
    is_stopping: Callable[[], bool] = lambda: False,
    go_on: Callable[[Job], None] = lambda job: None,
) -> Job | None:
    """Do chunks until the turn is over; None if another worker has the job, or there is nothing to do.

    `go_on` is called when a further turn is needed, also after a fault, which is raised.
    """
    job = claim(uuid, worker=worker)
    if job is None:
        return None
    try:
        with coming_from(RequestOrigin(request_id=f"job-{job.pk}")), NotedFault(job):
            _try_to_work(job, is_stopping)
    finally:
        released = release(job)
        if released is not None and released.is_unfinished:
            go_on(released)
    return released


def _try_to_work(job: Job, is_stopping: Callable[[], bool]) -> None:
    try:
        kind = kind_named(job.kind)
        _refuse_without_permission(job, kind)
        _work(job, kind, is_stopping)
    except LeaseLostError:
        logger.warning("%s has another worker, or was paused or cancelled", job)
    except TryLaterError as error:
        note_failure(job, str(error), pause=error.pause)
    except ActionError as error:
        end_failed(job, str(error))


def claim(uuid: str, *, worker: str) -> Job | None:
    now = timezone.now()
    waiting = Job.objects.filter(uuid=uuid, state__in=UNFINISHED, lease=None, wake_at__lte=now)
    lease = uuid4()
    if not waiting.update(
        state=JobState.RUNNING,
        worker=worker,
        lease=lease,
        lease_until=now + FIRST_LEASE,
        started=Coalesce(F("started"), Value(now)),
    ):
        return None
    return Job.objects.select_related("by").get(lease=lease)


def release(job: Job) -> Job | None:
    """Give the lease back; the job as it is now, or None if another worker has it."""
    if not held(job).update(lease=None, lease_until=None, worker=""):
        return None
    job.refresh_from_db()
    return job


def _work(job: Job, kind: JobKind, is_stopping: Callable[[], bool]) -> None:
    ends = time.monotonic() + TURN.total_seconds()
    if kind.lease > FIRST_LEASE:
        prolong(job, kind.lease)
    if job.total is None and not job.done:
        _begin(job, kind)
    while not job.is_read_through:
        do_chunk(job, kind)
        if is_stopping() or time.monotonic() >= ends or not _is_running(job):
            break
    if job.is_read_through and _is_running(job):
        end_done(job, kind)


def _begin(job: Job, kind: JobKind) -> None:
    job.total = kind.count(job)
    with transaction.atomic():
        if not held(job).update(total=job.total):
            raise LeaseLostError
        JobEvent.objects.create(job=job, kind=JobEventKind.STARTED, worker=job.worker)


def do_chunk(job: Job, kind: JobKind) -> None:
    start = time.monotonic()
    job.answer = kind.ask(job)
    with transaction.atomic():
        step = kind.chunk(job)
        _write_rows(job, step)
        counts = {**job.counts}
        for label, number in step.counts.items():
            counts[label] = counts.get(label, 0) + number
        worked, done = job.worked + timedelta(seconds=time.monotonic() - start), job.done + step.done
        moved = {
            "cursor": dict(step.cursor),
            "counts": counts,
            "is_read_through": step.is_last,
            "done": done,
            "failed": job.failed + len(step.refusals),
            "worked": worked,
            "pace": add_point(job.pace, seconds=worked.total_seconds(), done=done),
            "attempts": 0,
            "lease_until": timezone.now() + kind.lease,
        }
        if not held(job).update(**moved):
            raise LeaseLostError
    for name, value in moved.items():
        setattr(job, name, value)
    count(Counted.JOB_ROW, kind.name, number=step.done)


def _write_rows(job: Job, step: Step) -> None:
    room = max(MOST_ERRORS - job.failed, 0)
    kept = step.refusals[:room]
    JobError.objects.bulk_create(
        JobError(job=job, row=refusal.row[:100], reason=refusal.reason[:500]) for refusal in kept
    )
    if step.text:
        ResultPart.objects.create(job=job, text=step.text)


def _is_running(job: Job) -> bool:
    """Whether nobody paused or cancelled it meanwhile."""
    return held(job).filter(state=JobState.RUNNING).exists()


def _refuse_without_permission(job: Job, kind: JobKind) -> None:
    """A job does what its owner may do, now as well."""
    if job.by and not (job.by.is_active and job.by.has_perms([*kind.needs, *job.needs])):
        raise ActionError("The user who started this job may not do it any more.")
