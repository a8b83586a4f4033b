"""How a job ends: done, with its result file and news for its owner; or stopped, with the reason and a way on."""

import logging
import random
from datetime import datetime, timedelta
from types import TracebackType

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.jobs.kind import JobKind
from crm.jobs.leases import LeaseLostError, held
from crm.jobs.models import Job, JobEvent, JobEventKind, JobState
from crm.jobs.news import send_mail_later, tell_owner
from crm.jobs.results import write_result
from customers.database.failures import Failure, failure_of
from customers.lib.counting import Counted, count_after_commit

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=5)
"""Before the second attempt; four times as long before each further one."""
NO_PAUSE = timedelta(0)


def end_done(job: Job, kind: JobKind) -> None:
    name = write_result(job, kind)
    if not _end(job, JobState.DONE, JobEventKind.DONE, result_file=name):
        if name:
            job.result_file.storage.delete(name)  # whoever goes on with the job puts its own together
        raise LeaseLostError


def end_failed(job: Job, reason: str) -> None:
    _end(job, JobState.FAILED, JobEventKind.FAILED, message=reason[:500])


class NotedFault:
    """Whatever fails in it is logged and counted as an attempt of the job, and is raised."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, fault: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            logger.error("%s failed", self.job, exc_info=error)
            note_failure(self.job, reason_of(error))


def note_failure(job: Job, reason: str, *, pause: timedelta = NO_PAUSE) -> None:
    """Let the chunk be tried again later, after `pause` at the earliest, or stop the job after too many attempts."""
    attempts = job.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        end_failed(job, reason)
        return
    with transaction.atomic():
        wake_at = max(next_attempt(attempts), timezone.now() + pause)
        if held(job).update(attempts=F("attempts") + 1, wake_at=wake_at):
            JobEvent.objects.create(job=job, kind=JobEventKind.RETRIED, done=job.done, worker=job.worker, reason=reason)


def next_attempt(attempts: int) -> datetime:
    wait: timedelta = FIRST_WAIT * 4 ** (attempts - 1)
    return timezone.now() + wait * random.uniform(0.8, 1.2)  # noqa: S311 - so that many jobs do not come back at once


def reason_of(error: Exception) -> str:
    """Fit to show: the text of an unknown error can have the data of a customer in it, so it is in the log only."""
    if failure_of(error) is Failure.GONE:
        return "A record was deleted at the same time."
    if failure_of(error):
        return "The database did not answer in time."
    return f"Unexpected error {type(error).__name__}. The log of the worker has the details."


def _end(job: Job, state: JobState, event: JobEventKind, *, message: str = "", result_file: str = "") -> bool:
    """False if another worker has it, or it was paused or cancelled meanwhile: then it stays so."""
    now = timezone.now()
    with transaction.atomic():
        ended = (
            held(job)
            .filter(state=JobState.RUNNING)
            .update(
                state=state,
                ended=now,
                attempts=0,
                message=message,
                result_file=result_file,
                is_news=job.by_id is not None,
            )
        )
        if not ended:
            return False
        JobEvent.objects.create(job=job, kind=event, at=now, done=job.done, worker=job.worker, reason=message)
        if state == JobState.DONE:
            job.parts.all().delete()
        tell_owner(job)
    count_after_commit(Counted.JOB_END, job.kind, state)
    send_mail_later(job)
    return True
