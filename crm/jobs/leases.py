from django.db.models import QuerySet

from crm.jobs.models import Job


class LeaseLostError(Exception):
    """Another worker has the job. Whatever this one was writing is rolled back."""


def held(job: Job) -> "QuerySet[Job]":
    """The row of `job`, as long as its lease is ours: for an UPDATE that a lost worker must not make."""
    return Job.objects.filter(pk=job.pk, lease=job.lease)
