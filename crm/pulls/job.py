"""A run of a pull, as a job: a page is asked for, then written with the place of the next one in one transaction.

A run writes an import of its own, so what it brought can be undone. The place is the pull's, not the job's: where a
job stopped for good, the next run goes on.
"""

from __future__ import annotations

from datetime import timedelta

from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from crm.pulls.errors import PullError
from crm.pulls.konnektive import run
from crm.pulls.models import Pull
from orders.models import Import

PERMISSION = "orders.run_import"
LEASE = timedelta(minutes=5)
"""Longer than the other system may take to answer, and a page to be written."""


def ask(job: Job) -> object:
    return run.ask(job, _pull_of(job))


def chunk(job: Job) -> Step:
    return run.chunk(job, _pull_of(job), Import.objects.get(pk=job.parameters["import"]))


def _pull_of(job: Job) -> Pull:
    pull = Pull.objects.select_related("data_source").filter(pk=job.parameters["pull"]).first()
    if pull is None:
        raise PullError("This pull was deleted.")
    if pull.job != job.pk:
        raise PullError(f"A later run goes on with this pull: job {pull.job}.")
    return pull


PULL = register(JobKind("pull", "Pull", PERMISSION, chunk, ask=ask, lease=LEASE))
