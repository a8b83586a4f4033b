from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from customers import duplicates, latest, visiting, weeks
from customers.models import Customer
from customers.views.access import may_view

if TYPE_CHECKING:
    from customers.access import StaffRequest

MOST_GROUPS = 5


@may_view
def start(request: "StaffRequest") -> HttpResponse:
    """What needs attention, what was done lately, and whom this user had open last."""
    page, shown = duplicates.page(), weeks.weeks(today=timezone.localdate())
    context = {
        "title": "Start",
        "has_customers": Customer.objects.exists(),
        "waiting": page,
        "groups": page.groups[:MOST_GROUPS],
        "weeks": shown,
        "bars": weeks.bars(shown),
        "acts": latest.acts(),
        "visits": visiting.recent(request.user),
    }
    return render(request, "customers/start.html", context)
