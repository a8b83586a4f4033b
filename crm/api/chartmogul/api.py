"""The dialect put together: operations, documentation page, errors."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.urls.resolvers import URLPattern
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from crm.api import auth
from crm.api.chartmogul import account, data_sources, errors, identity, merges
from crm.api.chartmogul import events as feed
from crm.api.chartmogul.customers import attributes, customers, requests
from crm.api.chartmogul.engagement import common, contacts, notes, opportunities, tasks
from crm.api.chartmogul.idempotency import operation_done_once, settled
from crm.api.chartmogul.invoices import invoices, line_items, transactions
from crm.api.chartmogul.numbered_pages import with_numbered_pages
from crm.api.chartmogul.parser import BoundedParser
from crm.api.chartmogul.plans import plan_groups, plans
from crm.api.chartmogul.snapshots import operation_of_one_moment
from crm.api.chartmogul.subscriptions import activities, customer_subscriptions, events, imported_subscriptions
from crm.api.idempotency import HEADER
from crm.api.swagger import SETTINGS, may_use_api
from customers.engagement.common import EngagementError
from customers.erasing.erase import EraseError
from customers.labels.common import LabelError
from customers.merging.plan import MergeError
from customers.merging.unmerge import UnmergeError
from customers.snapshot import READS
from customers.sources.customers import DescriptionError
from orders.intake.idempotency import LONGEST_KEY, RepeatedRequestError
from orders.sources.delete import DeleteSourceError
from orders.subscriptions.common import PurchaseError
from orders.subscriptions.connect import ConnectError

IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same request sent again with the same key is done once, and answered alike for a day.",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
}


class ChartMogulApi(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        # Not the module: a client made from the document would otherwise change whenever one of ours moves.
        return operation.view_func.__name__

    @cached_property
    def document(self) -> OpenAPISchema:
        # Two seconds of work, and the same until the next start.
        document = super().get_openapi_schema()
        operations = (item for path in document["paths"].values() for item in path.items())
        for method, operation in operations:
            if method.upper() not in READS:
                operation["parameters"] = [*operation.get("parameters", ()), IDEMPOTENCY_KEY]
        return document

    def get_openapi_schema(self, **prefix: Any) -> OpenAPISchema:
        return self.document  # mounted at one prefix


api = ChartMogulApi(
    title="Reunite: the ChartMogul API",
    version="1",
    description="What programs can ask. [The other API](/konnektive/docs) is Konnektive’s.",
    urls_namespace="v1",
    parser=BoundedParser(),
    docs_url="/docs",
    docs=Swagger(SETTINGS),
    docs_decorator=may_use_api,
    openapi_url="/openapi.json",
)
FIELD_NAMES: errors.FieldNames = {
    DescriptionError: requests.FIELD_NAMES,
    EngagementError: common.FIELD_NAMES,
    LabelError: {"": "attributes"},
    ConnectError: {"": "subscriptions"},
    DeleteSourceError: {"": "data_source"},
    EraseError: {"": "customer"},
    MergeError: {"": "from"},
    PurchaseError: {"": "subscription"},
    RepeatedRequestError: {"": HEADER},
    UnmergeError: {"": "external_id"},
}
errors.register(api, FIELD_NAMES)
api.add_decorator(with_numbered_pages)
api.add_decorator(operation_of_one_moment)  # outside: the pages of one answer are of one moment
api.add_decorator(operation_done_once)
api.add_router("", account.router)
api.add_router("", data_sources.router)
api.add_router("", merges.router)  # before /customers/{uuid}, where "merges" would be read as a uuid
api.add_router("", customers.router)
api.add_router("", feed.router)
api.add_router("", identity.router)
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
api.add_router("", customer_subscriptions.router)
api.add_router("", activities.router)
api.add_router("", imported_subscriptions.router)
api.add_router("", events.router)

FOR_STAFF = {"openapi-json", "openapi-view"}
NOT_ALLOWED = 405

View = Callable[..., HttpResponseBase]


def operation(view: View) -> View:
    """Make `view` an operation: no session, HTTPS only, errors in JSON, no values in error reports."""

    view = settled(view)

    @login_not_required
    @wraps(view)
    @sensitive_variables()
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            auth.require_https(request)
        except auth.RefusedError as error:
            return json_error(error.status, str(error))
        response = view(request, *args, **kwargs)
        return wrong_method(request, response) if response.status_code == NOT_ALLOWED else response

    return answer


def wrong_method(request: HttpRequest, refusal: HttpResponseBase) -> HttpResponse:
    allowed = ", ".join(sorted(refusal.headers["Allow"].split(", ")))
    response = json_error(NOT_ALLOWED, f"{request.method} is not allowed here. Use {allowed}")
    response.headers["Allow"] = allowed
    return response


def json_error(status: int, message: str) -> HttpResponse:
    return JsonResponse(errors.error_body(status, message), status=status)


@csrf_exempt
@operation
def no_operation(request: HttpRequest) -> HttpResponse:
    return json_error(404, "There is nothing at this address")


def urls() -> tuple[list[URLPattern], str, str]:
    """Operations, which need a key, and their documentation, which needs a session."""
    patterns, app, namespace = api.urls
    operations = [pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in operations:
        if pattern.name not in FOR_STAFF:
            pattern.callback = operation(pattern.callback)
    return [*operations, re_path("", no_operation, name="api-root")], app, namespace
