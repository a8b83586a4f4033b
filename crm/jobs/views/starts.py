"""What starts jobs of our kinds from a page."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from crm.jobs.kinds.rebuild import START, start_rebuild
from customers.web.permissions import permission_required

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_POST
@permission_required(START)
def rebuild(request: "StaffRequest") -> HttpResponseRedirect:
    job, is_new = start_rebuild(by=request.user)
    if not is_new:
        messages.info(request, "This rebuild has not ended yet, so no other was started.")
    return redirect(job) if is_new or request.user.has_perm("jobs.view_all_job") else redirect("jobs:list")
