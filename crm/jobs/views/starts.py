"""What starts jobs of our kinds from a page."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from crm.jobs.kinds.rebuild import start_rebuild
from crm.jobs.kinds.scan import start_scan
from crm.jobs.kinds.train_model import start_training
from crm.jobs.models import Job
from crm.permissions import VIEW_ALL_JOBS
from customers.permissions import START_REBUILD
from customers.web.permissions import StaffRequest, permission_required


@require_POST
@permission_required(START_REBUILD)
def rebuild(request: StaffRequest) -> HttpResponseRedirect:
    return _to(request, start_rebuild(by=request.user), name="rebuild")


@require_POST
@permission_required(START_REBUILD)
def scan(request: StaffRequest) -> HttpResponseRedirect:
    return _to(request, start_scan(by=request.user), name="scan")


@require_POST
@permission_required(START_REBUILD)
def train_model(request: StaffRequest) -> HttpResponseRedirect:
    return _to(request, start_training(by=request.user), name="training")


def _to(request: StaffRequest, started: tuple[Job, bool], *, name: str) -> HttpResponseRedirect:
    job, is_new = started
    if not is_new:
        messages.info(request, f"This {name} has not ended yet, so no other was started.")
    return redirect(job) if is_new or request.user.has_perm(VIEW_ALL_JOBS) else redirect("jobs:list")
