"""Requests that change something, done once for each Idempotency-Key."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from crm.api import idempotency
from crm.api.chartmogul.auth import ApiRequest
from customers.snapshot import READS

P = ParamSpec("P")
MULTIPLE_CHOICES = 300  # from here on nothing was done


def operation_done_once(
    operation: Callable[Concatenate[ApiRequest, P], Any],
) -> Callable[Concatenate[ApiRequest, P], Any]:
    """Claim the key once the request is known to be allowed and complete; `settle` follows when it is answered."""

    @wraps(operation)
    def answer(request: ApiRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        key = idempotency.key_sent(request)
        if not key or request.method in READS:
            return operation(request, *args, **kwargs)
        claimed = idempotency.claim(key, by=request.by, sent=_sent(request))
        if isinstance(claimed, HttpResponse):
            return claimed
        request.claimed = claimed
        return operation(request, *args, **kwargs)

    return answer


def _sent(request: HttpRequest) -> dict[str, str]:
    return {"method": str(request.method), "path": request.get_full_path(), "body": _comparable(request.body)}


def _comparable(body: bytes) -> str:
    """The same for the same JSON, in whatever order and with whatever spaces."""
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def settled(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response: HttpResponseBase | None = None
        try:
            response = view(request, *args, **kwargs)
        finally:
            if claimed := getattr(request, "claimed", None):
                is_done = response is not None and response.status_code < MULTIPLE_CHOICES
                idempotency.settle(claimed, response, is_done=is_done)
        return response

    return answer
