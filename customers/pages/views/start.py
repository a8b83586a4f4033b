from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from customers.engagement.funnel import funnel
from customers.engagement.tasks import open_tasks_of
from customers.matching.worklist.page import worklist_page
from customers.merging.recent import merges_by_week, recent_acts, week_chart
from customers.merging.second_person.requests import requests_for
from customers.models import Customer
from customers.permissions import MERGE
from customers.search.recent import recently_viewed
from customers.web.permissions import StaffRequest, may_view

MOST_GROUPS = 5
MOST_TASKS = 5


@may_view
def start(request: StaffRequest, *, waiting: Mapping[str, Any]) -> HttpResponse:
    """`waiting` is what else waits for this user, such as payments to decide."""
    page, weeks = worklist_page(most=MOST_GROUPS), merges_by_week(today=timezone.localdate())
    context = {
        **waiting,
        "title": "Home",
        "has_customers": Customer.objects.exists(),
        "waiting": page,
        "groups": page.groups[:MOST_GROUPS],
        "weeks": weeks,
        "chart": week_chart(weeks),
        "acts": recent_acts(),
        "funnel": funnel(),
        "requests": requests_for(request.user) if request.user.has_perm(MERGE) else None,
        "task_page": open_tasks_of(request.user, limit=MOST_TASKS),
        "visits": recently_viewed(request.user),
    }
    return render(request, "customers/page/start.html", context)
