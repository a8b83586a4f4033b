"""Adding an endpoint, and rotating its secret.

The answer itself shows the secret: a redirect would need it to be stored where it can be read.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from crm.webhooks import endpoints
from crm.webhooks.forms.endpoint import EndpointForm, RotateForm
from crm.webhooks.models import WebhookEndpoint
from crm.webhooks.web import may_manage_webhooks
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_variables("secret")
@may_manage_webhooks
@asks_again
def endpoint_add(request: StaffRequest) -> HttpResponse:
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            endpoint, secret = endpoints.add(**form.values, by=request.user)
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            return _show_secret(request, endpoint, secret)
    context = {"title": "Add endpoint", "form": form}
    return render(request, "webhooks/endpoint_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_variables("secret")
@may_manage_webhooks
@asks_again
def secret_rotate(request: StaffRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.current(), pk=pk)
    form = RotateForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        return _show_secret(request, endpoint, endpoints.rotate(endpoint, keep_old_for=form.period, by=request.user))
    context = {"title": f"Rotate the secret of {isolated(endpoint)}", "form": form, "endpoint": endpoint}
    return render(request, "webhooks/secret_rotate.html", context, status=422 if form.errors else 200)


@sensitive_variables("secret")
def _show_secret(request: StaffRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {"title": "Signing secret", "endpoint": endpoint, "secret": secret}
    return render(request, "webhooks/secret_shown.html", context)
