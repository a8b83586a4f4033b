from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from customers.matching.worklist import worklist_page
from customers.merging import weeks
from customers.merging.recent import recent_acts
from customers.merging.weeks import bars
from customers.models import Customer
from customers.search.recent import recently_viewed
from customers.web.permissions import may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

MOST_GROUPS = 5


@may_view
def start(request: "StaffRequest") -> HttpResponse:
    """What needs attention, what was done lately, and whom this user had open last."""
    page, shown = worklist_page(), weeks.weeks(today=timezone.localdate())
    context = {
        "title": "Home",
        "has_customers": Customer.objects.exists(),
        "waiting": page,
        "groups": page.groups[:MOST_GROUPS],
        "weeks": shown,
        "bars": bars(shown),
        "acts": recent_acts(),
        "visits": recently_viewed(request.user),
    }
    return render(request, "customers/page/start.html", context)
