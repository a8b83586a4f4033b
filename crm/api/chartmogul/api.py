"""The dialect put together: its operations, its page of documentation, its errors."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.urls.resolvers import URLPattern
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from ninja import NinjaAPI
from ninja.operation import Operation

from crm.api import auth
from crm.api.chartmogul import account, data_sources, errors, merges
from crm.api.chartmogul.customers import attributes, customers
from crm.api.chartmogul.engagement import contacts, notes, opportunities, tasks
from crm.api.chartmogul.invoices import invoices, line_items, transactions
from crm.api.chartmogul.plans import plan_groups, plans
from crm.api.chartmogul.subscriptions import activities, events, of_customer, of_data_source


class ChartMogulApi(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        # Not the module: a client made from the document would otherwise change whenever one of ours moves.
        return operation.view_func.__name__


api = ChartMogulApi(
    title="Reunite, in ChartMogul’s dialect",
    version="1",
    urls_namespace="v1",
    docs_url="/docs",
    openapi_url="/openapi.json",
)
errors.register(api)
api.add_router("", account.router)
api.add_router("", data_sources.router)
api.add_router("", merges.router)  # before what takes any word for an id
api.add_router("", customers.router)
api.add_router("", attributes.router)
api.add_router("", contacts.router)
api.add_router("", notes.router)
api.add_router("", opportunities.router)
api.add_router("", tasks.router)
api.add_router("", plans.router)
api.add_router("", plan_groups.router)
api.add_router("", invoices.router)
api.add_router("", line_items.router)
api.add_router("", transactions.router)
api.add_router("", of_customer.router)
api.add_router("", activities.router)
api.add_router("", of_data_source.router)
api.add_router("", events.router)

FOR_STAFF = {"openapi-json", "openapi-view"}
NOT_ALLOWED = 405

View = Callable[..., HttpResponseBase]


def operation(view: View) -> View:
    """The view of an address, which needs no session, tells no report of a failure what was sent, and says in JSON when
    it was asked in the clear or with a method that it does not take."""

    @login_not_required
    @wraps(view)
    @sensitive_variables()
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            auth.refuse_in_the_clear(request)
        except auth.RefusedError as error:
            return said(error.status, str(error))
        response = view(request, *args, **kwargs)
        return other_method(request, response) if response.status_code == NOT_ALLOWED else response

    return answer


def other_method(request: HttpRequest, refusal: HttpResponseBase) -> HttpResponse:
    allowed = ", ".join(sorted(refusal.headers["Allow"].split(", ")))
    response = said(NOT_ALLOWED, f"{request.method} is not allowed here. Use {allowed}")
    response.headers["Allow"] = allowed
    return response


def said(status: int, message: str) -> HttpResponse:
    return JsonResponse(errors.body(status, message), status=status)


@csrf_exempt
@operation
def nothing_here(request: HttpRequest) -> HttpResponse:
    return said(404, "There is nothing at this address")


def urls() -> tuple[list[URLPattern], str, str]:
    """The operations, which ask for a key instead of a session; the documentation, which asks for a session."""
    patterns, app, namespace = api.urls
    operations = [each for each in patterns if isinstance(each, URLPattern) and each.name != "api-root"]
    for each in operations:
        if each.name not in FOR_STAFF:
            each.callback = operation(each.callback)
    return [*operations, re_path("", nothing_here, name="api-root")], app, namespace
