from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.engagement import tasks
from customers.engagement.common import EngagementError
from customers.engagement.views.rows import TASK
from customers.lib.pages import Cursor
from customers.lib.phrases import isolated
from customers.models import Customer, Task
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_safe
@may_view
def my_tasks(request: StaffRequest) -> HttpResponse:
    page = tasks.open_tasks_of(request.user, after=Cursor.parse(request.GET.get("after", "")))
    return render(request, "customers/engagement/my_tasks.html", {"title": "My tasks", "task_page": page})


@require_POST
@may_change
@may_view
@with_live
def task_done(request: StaffRequest, customer: Customer, row: int) -> HttpResponse:
    """Complete the task, or reopen it with `reopen`; `from_home` and `from_list` say which page leads here."""
    task = get_object_or_404(Task, pk=row, source_record__customer=customer)
    is_done = "reopen" not in request.POST
    try:
        tasks.set_done(task, done=is_done, by=request.user)
    except EngagementError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The task “{isolated(task)}” was {'completed' if is_done else 'reopened'}.")
    if "from_home" in request.POST:
        return redirect("home")
    return redirect("customers:tasks" if "from_list" in request.POST else TASK.back(customer))
