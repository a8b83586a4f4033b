"""Starting, pausing, resuming and cancelling jobs. A worker hears of it after its chunk."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.audit import log
from crm.jobs.kind import JobKind, kind_named, label_of
from crm.jobs.models import UNFINISHED, Job, JobEvent, JobEventKind, JobState
from crm.jobs.news import dismiss
from crm.jobs.queue import wake
from customers.lib.audit import AuditAction
from customers.lib.errors import ActionError


class JobAct(Protocol):
    def __call__(self, job: Job, *, by: User) -> None: ...


class JobChangeError(ActionError):
    """A job cannot be paused, resumed or cancelled."""


PAUSABLE = UNFINISHED
RESUMABLE = (JobState.PAUSED, JobState.FAILED)
CANCELLABLE = (*UNFINISHED, *RESUMABLE)


@transaction.atomic
def start(
    kind: JobKind,
    parameters: Mapping[str, Any],
    *,
    by: User | None,
    about: str = "",
    needs: Collection[str] = (),
    file: File[bytes] | None = None,
    token: UUID | None = None,
) -> Job:
    """`needs` are permissions beside those of the kind, such as that of what the result file shows.

    Once for a `token` of a form: sent twice, it starts one job.
    """
    job = Job(kind=kind.name, parameters=dict(parameters), by=by, about=about[:200], needs=sorted(needs))
    job.uuid = token or job.uuid
    if file is not None:
        job.input_file.save(file.name or "input", file, save=False)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        return Job.objects.get(uuid=job.uuid)
    JobEvent.objects.create(job=job, kind=JobEventKind.CREATED, by=by)
    if by:
        _note(job, JobEventKind.CREATED, by=by)
    wake(job)
    return job


def pause(job: Job, *, by: User) -> None:
    _change(job, PAUSABLE, JobEventKind.PAUSED, by, done_in=[JobState.PAUSED], state=JobState.PAUSED)


def resume(job: Job, *, by: User) -> None:
    kind_named(job.kind)
    now = timezone.now()
    with transaction.atomic():
        anew = {"state": JobState.QUEUED, "attempts": 0, "message": "", "ended": None, "wake_at": now}
        if _change(job, RESUMABLE, JobEventKind.RESUMED, by, done_in=UNFINISHED, **anew):
            job.wake_at = now
            wake(job)


def cancel(job: Job, *, by: User) -> None:
    """For good. What is done stays done."""
    ended = {"state": JobState.CANCELLED, "ended": timezone.now()}
    _change(job, CANCELLABLE, JobEventKind.CANCELLED, by, done_in=[JobState.CANCELLED], **ended)


@transaction.atomic
def _change(
    job: Job, states: Collection[str], event: JobEventKind, by: User, *, done_in: Collection[str], **values: object
) -> bool:
    """False if it is already as wanted, such as after a double click or in a second tab."""
    if not Job.objects.filter(pk=job.pk, state__in=states, is_cleared=False).update(**values):
        job.refresh_from_db()
        if job.state in done_in:
            return False
        state = job.get_state_display().lower()
        raise JobChangeError(f"Nothing was changed. {label_of(job.kind)} (job {job.pk}) is {state}.")
    JobEvent.objects.create(job=job, kind=event, by=by, done=job.done)
    _note(job, event, by=by)
    dismiss(job)
    return True


def _note(job: Job, event: JobEventKind, *, by: User) -> None:
    """On the audit log; without the name of a file, which people name after customers."""
    log.write(AuditAction.JOB, f"{label_of(job.kind)} (job {job.pk}): {event.label.lower()}.", by=by)
