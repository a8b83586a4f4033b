"""Jobs that stay paused for as long as files are kept are cancelled: else their files would be kept for ever."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from crm.jobs.models import Job, JobEvent, JobEventKind, JobState
from crm.jobs.news import send_mail_later, tell_owner
from customers.lib.retention import kept_since


def cancel_paused_jobs() -> int:
    since = kept_since(timedelta(days=settings.JOB_FILES_DAYS))
    recent = JobEvent.objects.filter(job=OuterRef("pk"), at__gte=since)
    return sum(_cancel(job) for job in Job.objects.filter(~Exists(recent), state=JobState.PAUSED, lease=None))


def _cancel(job: Job) -> bool:
    message = f"It was paused for {settings.JOB_FILES_DAYS} days, so it was cancelled."
    ended = {"state": JobState.CANCELLED, "ended": timezone.now(), "message": message, "is_news": job.by_id is not None}
    with transaction.atomic():
        if not Job.objects.filter(pk=job.pk, state=JobState.PAUSED, lease=None).update(**ended):
            return False  # somebody resumed it
        JobEvent.objects.create(job=job, kind=JobEventKind.EXPIRED, done=job.done)
        tell_owner(job)
    send_mail_later(job)
    return True
