"""Keep secrets out of the access log of the server.

A server writes its line from its own `environ`, after the answer: the user name of HTTP Basic, which is an API key, and
the query string, in which API clients send key and card, and people search for customers. So Django gets a copy, before
anything is read or refused, and the server's own `environ` loses both.
"""

from collections.abc import Callable, Iterable
from typing import Any

from crm.query_string import remove_query_string, without_parameters

Server = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CREDENTIALS = ("HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_COOKIE", "REMOTE_USER")


def keep_secrets_out(application: Server) -> Server:

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = dict(environ)
        clean(environ)
        return application(request, start_response)

    return serve


def clean(environ: dict[str, Any]) -> None:
    for name in CREDENTIALS:
        environ.pop(name, None)
    remove_query_string(environ)
    # A page of a customer list that linked here has the search in its address.
    for name in ("HTTP_REFERER", "PATH_INFO"):
        if name in environ:
            environ[name] = without_parameters(environ[name])
