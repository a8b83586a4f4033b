"""Error pages. The page of a failure runs no query, because the database may be what failed.

API clients are answered in their dialect instead (`crm.api.errors`).
"""

import logging
import sys

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from crm.accounts.checkboxes import explain_missing
from crm.accounts.web.preferences import theme_of_browser
from crm.api import errors
from crm.audit.origin import current_origin
from crm.http import unavailable
from crm.http.audit import note_refusal
from crm.http.charsets import CharsetError
from customers.web.permissions import MissingPermissionError

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    match exception:
        case DisallowedHost():
            status, message = 400, "This server does not serve the requested host."
        case CharsetError():
            status, message = 400, str(exception)
        case RequestDataTooBig():
            status, message = 413, "The request is too large. Send less data at once."
        case _:
            status, message = 400, "The request cannot be read."
    return errors.answer(request, status, message) or render(
        request, "400.html", {"why": message if status == 413 else ""}, status=status
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    note_refusal(request, exception)
    message = str(exception)
    if isinstance(exception, MissingPermissionError):
        message = explain_missing(exception.permission)
        message += "" if request.method in ("GET", "HEAD") else " Nothing was changed."
    if answer := errors.answer(request, 403, message or "You do not have permission to do this."):
        return answer
    return render(request, "403.html", {"why": message, "back": previous_page(request)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", {"back": previous_page(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if answer := errors.answer(request, 404, "There is nothing at this address."):
        return answer
    return render(request, "404.html", {"back": previous_page(request)}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, because reading its user may be what failed."""
    if answer := unavailable.answer(request, sys.exception()):
        return answer
    request_id, now = current_origin().request_id, timezone.now()
    logger.error("Request %s: the error that follows", request_id)
    message = f"Internal error in Reunite. The data you sent may not have been saved. Request ID {request_id}."
    if answer := errors.answer(request, 500, message):
        return answer
    context = {"request_id": request_id, "now": now, "theme": theme_of_browser(request)}
    return HttpResponse(render_to_string("500.html", context), status=500)


def previous_page(request: HttpRequest) -> str:
    """The page of Reunite that linked here; "" if there is none, or it is this page."""
    url = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours and url != request.build_absolute_uri() else ""
