"""The list of jobs: those that are not finished, then the others, newest first, a page at a time."""

from django.db.models import QuerySet

from crm.jobs.models import UNFINISHED, Job
from crm.jobs.progress import Progress
from customers.lib.pages import Page, newest_page

MOST_UNFINISHED = 50


def job_page(jobs: "QuerySet[Job]", *, before: int | None = None) -> Page[Progress, int]:
    page = newest_page(jobs.exclude(state__in=UNFINISHED), before)
    unfinished = [] if before else jobs.filter(state__in=UNFINISHED).order_by("-pk")[:MOST_UNFINISHED]
    return page.showing([Progress(job) for job in (*unfinished, *page.rows)])
