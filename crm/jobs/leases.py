from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from crm.jobs.models import Job

FIRST_LEASE = timedelta(seconds=60)
"""Of a turn that begins, before the kind is known."""


class LeaseLostError(Exception):
    """Another worker has the job. Whatever this one was writing is rolled back."""


def held(job: Job) -> "QuerySet[Job]":
    """The row of `job`, as long as its lease is ours: for an UPDATE that a lost worker must not make."""
    return Job.objects.filter(pk=job.pk, lease=job.lease)


def prolong(job: Job, lease: timedelta) -> None:
    """Before what may take longer than the lease at hand."""
    if not held(job).update(lease_until=timezone.now() + lease):
        raise LeaseLostError
