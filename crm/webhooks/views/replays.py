from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from crm.webhooks import replay
from crm.webhooks.forms.endpoint import ReplayForm
from crm.webhooks.models import WebhookEndpoint
from crm.webhooks.web import may_manage_webhooks
from customers.web.permissions import StaffRequest

MOST_COUNTED = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage_webhooks
def replay_start(request: StaffRequest, pk: int) -> HttpResponse:
    """How many events it would be is said before any is sent."""
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    data = request.POST if request.method == "POST" else request.GET
    form = ReplayForm(data or None, label_suffix="")
    if request.method == "POST" and form.is_valid() and _started(request, endpoint, form):
        return redirect(endpoint)
    context = {"title": "Replay events", "endpoint": endpoint, "form": form, "most": MOST_COUNTED}
    if form.is_valid():
        since = form.cleaned_data["since"]
        context["events"] = replay.count_events(endpoint, since, form.chosen_kinds, most=MOST_COUNTED)
    return render(request, "webhooks/replay.html", context, status=422 if form.errors else 200)


def _started(request: StaffRequest, endpoint: WebhookEndpoint, form: ReplayForm) -> bool:
    try:
        replay.start(endpoint, since=form.cleaned_data["since"], kinds=form.chosen_kinds, by=request.user)
    except replay.ReplayError as error:
        form.add_error(error.field or None, str(error))
        return False
    messages.success(request, "The replay has started. New events are sent meanwhile.")
    return True


@require_POST
@may_manage_webhooks
def replay_cancel(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    replay.cancel(endpoint, by=request.user)
    messages.success(request, "The replay was cancelled. What is in the queue already is still sent.")
    return redirect(endpoint)
