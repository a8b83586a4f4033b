"""The job of a batch, as the pages of the batch show it."""

from typing import Any

from crm.jobs.clock import is_worker_missing
from crm.jobs.models import Job
from crm.jobs.news import dismiss
from crm.jobs.progress import Progress
from crm.jobs.web import missing_permissions
from crm.permissions import VIEW_ALL_JOBS
from customers.snapshot import after_reading
from customers.web.permissions import StaffRequest


def work_of(request: StaffRequest, pk: int | None) -> dict[str, Any]:
    """The job, how far it is, and whether the user may pause or cancel it. Its notice is dismissed."""
    job = Job.objects.select_related("by").filter(pk=pk).first() if pk else None
    if job is None:
        return {"job": None}
    is_own = job.by_id == request.user.pk
    if job.is_news and is_own:
        after_reading(dismiss, job)
    return {
        "job": job,
        "progress": Progress(job),
        "may_control": (is_own or request.user.has_perm(VIEW_ALL_JOBS)) and not missing_permissions(request.user, job),
        "is_worker_missing": job.is_unfinished and is_worker_missing(),
    }
