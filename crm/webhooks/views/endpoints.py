"""The pages of endpoints: all with their deliveries, one, and what changes one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.webhooks import endpoints
from crm.webhooks.delivery_list import delivery_page
from crm.webhooks.endpoint_list import all_endpoints, endpoint_rows
from crm.webhooks.forms.delivery_filter import DeliveryFilterForm
from crm.webhooks.forms.endpoint import EndpointForm
from crm.webhooks.models import WebhookEndpoint
from crm.webhooks.web import may_manage_webhooks
from customers.lib.errors import ActionError
from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.permissions import VIEW_CUSTOMERS
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again


@require_safe
@may_manage_webhooks
def endpoint_list(request: StaffRequest) -> HttpResponse:
    every = all_endpoints()
    form = DeliveryFilterForm(request.GET, endpoints=every)
    before = parse_number(request.GET.get("before", ""))
    sees_customers = request.user.has_perm(VIEW_CUSTOMERS)
    context = {
        "title": "Webhooks",
        "rows": endpoint_rows(every),
        "filters": form,
        "page": delivery_page(form.chosen, before=before, with_customers=sees_customers),
        "is_first": before is None,
        "may_add": len(every) < endpoints.MOST_ENDPOINTS,
    }
    return render(request, "webhooks/endpoint_list.html", context)


@require_safe
@may_manage_webhooks
def endpoint_detail(request: StaffRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current().select_related("by", "paused_by"), pk=pk)
    sees_customers = request.user.has_perm(VIEW_CUSTOMERS)
    context = {
        "title": isolated(endpoint),
        "endpoint": endpoint,
        "row": endpoint_rows([endpoint])[0],
        "secrets": endpoint.secrets.all(),
        "replays": endpoint.replays.select_related("by")[:5],
        "page": delivery_page({"endpoint": endpoint}, with_customers=sees_customers),
    }
    return render(request, "webhooks/endpoint_detail.html", context)


@require_http_methods(["GET", "POST"])
@may_manage_webhooks
@asks_again
def endpoint_edit(request: StaffRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    form = EndpointForm(request.POST if request.method == "POST" else None, endpoint=endpoint)
    if form.is_valid():
        try:
            endpoints.change(endpoint, **form.values, by=request.user)
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            return redirect(endpoint)
    context = {"title": f"Edit {isolated(endpoint)}", "form": form, "endpoint": endpoint}
    return render(request, "webhooks/endpoint_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may_manage_webhooks
def endpoint_delete(request: StaffRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    if request.method == "POST":
        endpoints.delete(endpoint, by=request.user)
        messages.success(request, f"{isolated(endpoint)} was deleted.")
        return redirect("webhooks:list")
    context = {"title": f"Delete {isolated(endpoint)}?", "endpoint": endpoint, "row": endpoint_rows([endpoint])[0]}
    return render(request, "webhooks/endpoint_delete.html", context)


@require_POST
@may_manage_webhooks
def endpoint_pause(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    endpoints.pause(endpoint, by=request.user)
    messages.success(request, f"{isolated(endpoint)} is paused. Events wait until you resume it.")
    return redirect(endpoint)


@require_POST
@may_manage_webhooks
def endpoint_resume(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    endpoints.resume(endpoint, by=request.user)
    messages.success(request, f"{isolated(endpoint)} is active. Waiting events are sent now, in order.")
    return redirect(endpoint)


@require_POST
@may_manage_webhooks
def endpoint_test(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    return redirect(endpoints.send_test(get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)))
