from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.help.topics import all_topics, topic
from customers.web.permissions import StaffRequest


@require_safe
def index(request: StaffRequest) -> HttpResponse:
    return render(request, "help/index.html", {"title": "Help", "topics": all_topics()})


@require_safe
def page(request: StaffRequest, slug: str) -> HttpResponse:
    try:
        shown = topic(slug)
    except KeyError:
        raise Http404 from None
    return render(request, "help/page.html", {"title": shown.title, "topic": shown, "topics": all_topics()})
