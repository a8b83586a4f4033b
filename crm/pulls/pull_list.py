"""Pulls with the last job of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.jobs.models import Job
from crm.jobs.progress import Progress
from crm.pulls.models import Pull


@dataclass(frozen=True)
class PullRow:
    """`progress` is that of the last run; None before the first."""

    pull: Pull
    progress: Progress | None


def pull_rows() -> Sequence[PullRow]:
    pulls = Pull.objects.select_related("data_source").order_by("data_source__name", "pk")
    jobs = Job.objects.in_bulk([pull.job for pull in pulls if pull.job])
    return [PullRow(pull, Progress(jobs[pull.job]) if pull.job in jobs else None) for pull in pulls]
