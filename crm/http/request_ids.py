"""An id for each request: the header X-Request-ID of its answer, on error pages, in the log and in the audit log."""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.accounts.web.client_address import client_address
from crm.audit.origin import RequestOrigin, coming_from

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def identify(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Outermost, so that whatever refuses a request is told, too."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request_id = id_of(request)
        with coming_from(RequestOrigin(client_address(request)[:50], request_id)):
            response = get_response(request)
        response.headers[HEADER] = request_id
        return response

    return answer


def id_of(request: HttpRequest) -> str:
    """The id that our own proxy gave it, whose log has it, too. A client without a proxy could send anything."""
    sent = request.headers.get(HEADER, "") if settings.PROXIES else ""
    return sent if ACCEPTED.fullmatch(sent) else secrets.token_hex(6)
