"""Errors outside of any call, in the dialect to which the address belongs.

A call answers its own errors. This module answers errors before or around a call: a host that is not ours, a request
that cannot be read, a failure of Reunite. An answer never repeats what was sent.
"""

import re

from django.http import HttpRequest, HttpResponse, JsonResponse

from crm.api.chartmogul.errors import error_body
from crm.api.konnektive import endpoint, parameters
from crm.api.konnektive.paths import ANYTHING

OF_V1 = re.compile("/+v1/", re.IGNORECASE)
FOR_STAFF = ("/v1/docs", "/v1/openapi.json")


def answer(request: HttpRequest, status: int, message: str) -> HttpResponse | None:
    """None for an address of no dialect: a page is shown."""
    path = request.path_info
    if OF_V1.match(path) and path not in FOR_STAFF:
        return JsonResponse(error_body(status, message), status=status)
    if re.match(ANYTHING, path):
        parameters.forget(request)  # what is logged next has the request with it
        return endpoint.answer("ERROR", message, status=status)
    return None
