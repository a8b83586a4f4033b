"""The text that Prometheus reads, and who may read it: whoever knows METRICS_TOKEN.

`/metrics` is answered before anything asks for a host name, HTTPS or a user, as `/healthz` is: Prometheus asks each
server by its address. A worker has no web server, so it answers by itself at METRICS_ADDRESS.
"""

import os
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from crm.metrics.numbers import COUNTED
from crm.metrics.stored import StoredNumbers

ADDRESS = "/metrics"


def answer_metrics(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info != ADDRESS:
            return get_response(request)
        if not may_read(request.headers.get("Authorization", "")):
            return HttpResponse("The token is missing or wrong.", content_type="text/plain", status=401)
        return HttpResponse(_counted() + generate_latest(_stored()), content_type=CONTENT_TYPE_LATEST)

    return answer


def may_read(authorization: str) -> bool:
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _counted() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(COUNTED)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # of prometheus_client
    return generate_latest(registry)


def _stored() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StoredNumbers())
    return registry


def answer_at(address: str) -> Thread:
    """Answer in a thread, for a process without a web server; with what is counted in it only."""
    host, _, port = address.rpartition(":")
    server = make_server(host.strip("[]"), int(port), _worker_metrics, handler_class=_QuietHandler)
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    return thread


def _worker_metrics(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != ADDRESS:
        start_response("404 Not Found", [])
        return []
    if not may_read(environ.get("HTTP_AUTHORIZATION", "")):
        start_response("401 Unauthorized", [])
        return []
    start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [generate_latest(COUNTED)]


class _QuietHandler(WSGIRequestHandler):
    timeout = 5  # seconds: who connects and says nothing keeps no other waiting for longer

    def log_message(self, format: str, *args: Any) -> None:
        pass
