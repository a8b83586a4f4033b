"""Counts each request by its view, and the statements that it took. None is added for that."""

from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Any

from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.metrics.numbers import REQUEST_SECONDS, REQUESTS, STATEMENTS

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "other"
"""A method that HTTP does not have, and the view of what no URL names: a stranger chooses neither label."""


class StatementCount:
    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.statements += 1
        return execute(*args)


def measure(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        counter = StatementCount()
        with ExitStack() as databases:
            for connection in connections.all():
                databases.enter_context(connection.execute_wrapper(counter))
            response = get_response(request)
        view = view_of(request)
        method = request.method if request.method in METHODS else OTHER
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(view).observe(perf_counter() - began)
        STATEMENTS.labels(view).inc(counter.statements)
        return response

    return answer


def view_of(request: HttpRequest) -> str:
    """Its name in `urls.py`, never the path, which has numbers of customers and tokens."""
    return (request.resolver_match and request.resolver_match.view_name) or OTHER
