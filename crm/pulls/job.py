"""A run of a pull, as a job: a page is asked for, then written with the place of the next one in one transaction.

A run writes an import of its own, so what it brought can be undone. The place is the pull's, not the job's: where a
job stopped for good, the next run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from crm.jobs.kind import JobKind, Step, register
from crm.jobs.models import Job
from crm.pulls.chartmogul import run as chartmogul
from crm.pulls.errors import PullError
from crm.pulls.konnektive import run as konnektive
from crm.pulls.models import Pull, System
from orders.models import Import
from orders.permissions import RUN_IMPORT

LEASE = timedelta(minutes=5)
"""Longer than the other system may take to answer, and a page to be written."""


@dataclass(frozen=True)
class Run:
    """How one system is pulled: `ask` reads there, `chunk` writes here what was answered."""

    ask: Callable[[Job, Pull], object]
    chunk: Callable[[Job, Pull, Import], Step]


RUNS: Mapping[str, Run] = {
    System.KONNEKTIVE: Run(konnektive.ask, konnektive.chunk),
    System.CHARTMOGUL: Run(chartmogul.ask, chartmogul.chunk),
}


def ask(job: Job) -> object:
    pull = _pull_of(job)
    return RUNS[pull.system].ask(job, pull)


def chunk(job: Job) -> Step:
    pull = _pull_of(job)
    return RUNS[pull.system].chunk(job, pull, Import.objects.get(pk=job.parameters["import"]))


def _pull_of(job: Job) -> Pull:
    pull = Pull.objects.select_related("data_source").filter(pk=job.parameters["pull"]).first()
    if pull is None:
        raise PullError("This pull was deleted.")
    if pull.job != job.pk:
        raise PullError(f"A later run goes on with this pull: job {pull.job}.")
    return pull


PULL = register(JobKind("pull", "Pull", (RUN_IMPORT,), chunk, ask=ask, lease=LEASE))
