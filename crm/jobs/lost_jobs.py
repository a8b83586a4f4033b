"""Jobs that lost their worker, or whose wake-up call was lost: they are woken."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.jobs.models import UNFINISHED, Job, JobEvent, JobEventKind
from crm.jobs.queue import wake

OVERDUE = timedelta(seconds=60)


def wake_lost_jobs() -> int:
    now = timezone.now()
    unfinished = Job.objects.filter(state__in=UNFINISHED).order_by("pk")
    expired = [job for job in unfinished.filter(lease_until__lt=now) if _take_lease_from(job)]
    forgotten = unfinished.filter(lease=None, wake_at__lt=now - OVERDUE)
    overdue = [job for job in forgotten if _postpone(job)]
    _free_those_without_worker()
    return len(expired) + len(overdue)


@transaction.atomic
def _take_lease_from(job: Job) -> bool:
    now = timezone.now()
    of_lost = Job.objects.filter(pk=job.pk, lease=job.lease, lease_until__lt=now)
    if not of_lost.update(lease=None, lease_until=None, worker="", wake_at=now):
        return False
    JobEvent.objects.create(job=job, kind=JobEventKind.LOST, done=job.done, worker=job.worker)
    job.wake_at = now
    wake(job)
    return True


@transaction.atomic
def _postpone(job: Job) -> bool:
    """So that the next look does not call again at once."""
    now = timezone.now()
    if not Job.objects.filter(pk=job.pk, lease=None, wake_at=job.wake_at).update(wake_at=now):
        return False
    job.wake_at = now
    wake(job)
    return True


def _free_those_without_worker() -> None:
    """A job that was paused or cancelled while its worker was lost can be resumed."""
    held = Job.objects.filter(lease_until__lt=timezone.now()).exclude(state__in=UNFINISHED)
    held.update(lease=None, lease_until=None, worker="")
