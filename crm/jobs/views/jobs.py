from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from crm.audit import log
from crm.jobs import control
from crm.jobs.activity import event_text
from crm.jobs.clock import is_worker_missing
from crm.jobs.files import storage_faults
from crm.jobs.forms.job_filter import JobFilterForm
from crm.jobs.job_list import job_page
from crm.jobs.models import UNFINISHED, Job
from crm.jobs.news import dismiss
from crm.jobs.progress import Progress
from crm.jobs.web import get_job, get_job_to_control, missing_permissions, require_some_job, visible_jobs
from crm.permissions import VIEW_ALL_JOBS
from customers.lib.audit import AuditAction
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_number
from customers.snapshot import after_reading
from customers.web.csv import csv_response
from customers.web.next_page import next_page
from customers.web.permissions import StaffRequest

ERRORS_SHOWN, EVENTS_SHOWN = 25, 20


@require_safe
def job_list(request: StaffRequest) -> HttpResponse:
    require_some_job(request)
    form = JobFilterForm(request.GET, user=request.user, sees_all=request.user.has_perm(VIEW_ALL_JOBS))
    before = parse_number(request.GET.get("before", ""))
    jobs = visible_jobs(request.user)
    page = job_page(form.apply(jobs), before=before)
    context = {
        "title": "Jobs",
        "filters": form,
        "page": page,
        "rows": [(row, not missing_permissions(request.user, row.job)) for row in page.rows],
        "is_worker_missing": any(row.job.is_unfinished for row in page.rows) and is_worker_missing(),
        "is_first": before is None,
    }
    return render(request, "jobs/job_list.html", context)


@require_safe
@vary_on_headers("HX-Target")
def job_detail(request: StaffRequest, pk: int) -> HttpResponse:
    job = get_job(request, pk)
    context = {"title": f"{Progress(job).label}", "job": job, "progress": Progress(job)}
    if request.htmx.target == "progress":
        # The page has other buttons, and a result, once the job has ended.
        if job.state not in UNFINISHED:
            return HttpResponseClientRefresh()
        return render(request, "jobs/_progress.html", context)
    if job.is_news and job.by_id == request.user.pk:
        after_reading(dismiss, job)
    may_control = not missing_permissions(request.user, job)
    context |= {
        "errors": job.errors.all()[:ERRORS_SHOWN] if may_control else [],
        "activity": [(event, event_text(event)) for event in job.events.select_related("by")[:EVENTS_SHOWN]],
        "is_worker_missing": job.is_unfinished and is_worker_missing(),
        "may_control": may_control,
    }
    return render(request, "jobs/job_detail.html", context)


@require_POST
def job_pause(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    return _change(request, pk, control.pause)


@require_POST
def job_resume(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    return _change(request, pk, control.resume)


@require_http_methods(["GET", "HEAD", "POST"])
def job_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _change(request, pk, control.cancel)
    job = get_job_to_control(request, pk)
    context = {"title": f"Cancel job {job.pk}?", "job": job, "progress": Progress(job)}
    return render(request, "jobs/job_cancel.html", context)


def _change(request: StaffRequest, pk: int, act: control.JobAct) -> HttpResponseRedirect:
    job = get_job_to_control(request, pk)
    try:
        act(job, by=request.user)
    except ActionError as error:
        messages.error(request, str(error))
    return _back(request, job)


@require_POST
def job_dismiss(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    """Back to the page that showed the notice."""
    job = get_job(request, pk)
    if job.by_id != request.user.pk:
        raise Http404
    dismiss(job)
    return _back(request, job)


def _back(request: StaffRequest, job: Job) -> HttpResponseRedirect:
    """To the page that has the button."""
    return redirect(next_page(request, otherwise=job.get_absolute_url()))


@require_safe
def job_result(request: StaffRequest, pk: int) -> HttpResponseBase:
    job = get_job_to_control(request, pk)
    if not job.result_file and not job.is_cleared:
        raise Http404
    try:
        file = job.result_file.open("rb")
    except (ValueError, FileNotFoundError):  # the row names none, or the storage has it no more
        messages.error(request, "This file was deleted. To get a new one, start the job again.")
        return redirect(job)
    except storage_faults():
        messages.error(request, "The file storage does not answer. Try again in a few minutes.")
        return redirect(job)
    after_reading(log.write, AuditAction.EXPORT, f"File of job {job.pk}.", by=request.user)
    return FileResponse(file, as_attachment=True, filename=Progress(job).file_name)


@require_safe
def job_errors(request: StaffRequest, pk: int) -> HttpResponseBase:
    job = get_job_to_control(request, pk)
    after_reading(log.write, AuditAction.EXPORT, f"Refused rows of job {job.pk}.", by=request.user)
    rows = list(job.errors.values_list("row", "reason"))
    return csv_response(f"job-{job.pk}-refused", ("Row", "Reason"), rows)
