"""Who may see and control which job, and what every page shows of jobs."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject

from crm.accounts.models import User
from crm.jobs.kind import KINDS
from crm.jobs.models import Job
from crm.jobs.news import news_of
from crm.permissions import VIEW_ALL_JOBS
from customers.web.permissions import MissingPermissionError, StaffRequest


def may_open_jobs(user: User) -> bool:
    """Whoever may start some job, or see those of others."""
    return any(map(user.has_perms, {(VIEW_ALL_JOBS,), *(kind.needs for kind in KINDS.values())}))


def require_some_job(request: StaffRequest) -> None:
    if not may_open_jobs(request.user):
        raise PermissionDenied("You need a permission to start jobs. An admin can grant one on Edit User.")


def visible_jobs(user: User) -> "QuerySet[Job]":
    jobs = Job.objects.select_related("by")
    return jobs if user.has_perm(VIEW_ALL_JOBS) else jobs.filter(by=user)


def get_job(request: StaffRequest, pk: int) -> Job:
    """A job that the user may not see is not there."""
    return get_object_or_404(visible_jobs(request.user), pk=pk)


def get_job_to_control(request: StaffRequest, pk: int) -> Job:
    job = get_job(request, pk)
    if missing := missing_permissions(request.user, job):
        raise MissingPermissionError(missing[0])
    return job


def missing_permissions(user: User, job: Job) -> Sequence[str]:
    """What the user lacks to control the job and to read what it made."""
    of_kind = KINDS[job.kind].needs if job.kind in KINDS else ()
    return [permission for permission in (*of_kind, *job.needs) if not user.has_perm(permission)]


def header(request: HttpRequest) -> dict[str, Any]:
    """For the navigation, and the notices of jobs that ended; asked only by pages that have them."""
    user: Any = getattr(request, "user", None)
    if not getattr(user, "is_authenticated", False):
        return {}
    return {
        "may_open_jobs": SimpleLazyObject(lambda: may_open_jobs(user)),
        "job_news": SimpleLazyObject(lambda: news_of(user)),
    }
