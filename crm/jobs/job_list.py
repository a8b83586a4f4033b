"""The list of jobs: those that are not finished, then the others, newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from crm.jobs.models import UNFINISHED, Job
from crm.jobs.progress import Progress
from customers.lib.pages import PAGE

MOST_UNFINISHED = 50


@dataclass(frozen=True)
class JobPage:
    rows: Sequence[Progress]
    following: int | None
    """The number of the last job of the page; None on the last page."""


def job_page(jobs: "QuerySet[Job]", *, before: int | None = None) -> JobPage:
    ended = jobs.exclude(state__in=UNFINISHED).order_by("-pk")
    if before is not None:
        ended = ended.filter(pk__lt=before)
    unfinished = [] if before else list(jobs.filter(state__in=UNFINISHED).order_by("-pk")[:MOST_UNFINISHED])
    page = list(ended[: PAGE + 1])
    following = page[PAGE - 1].pk if len(page) > PAGE else None
    return JobPage([Progress(job) for job in (*unfinished, *page[:PAGE])], following)
