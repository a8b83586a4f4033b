"""Answers while the database cannot serve: at once, with what was typed, and when to try again.

A request that finds it away has waited for a connection; those after it are told by `outage`, without a wait.

Views never catch a failing database. It comes here from a view by the middleware, and from a middleware by
`error_pages.server_error`. A record that another act holds or deleted is 409 on a page, and everything else 503.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from crm.accounts.web.preferences import theme_of_browser
from crm.api import errors
from crm.api.failures import REFUSED, STATUS
from crm.audit.origin import current_origin
from crm.http import outage
from customers.database.failures import Failure, failure_of, renew_idle_connections

logger = logging.getLogger(__name__)

CONFLICT = 409
OF_OTHERS = (Failure.BUSY, Failure.GONE)
"""What other users or API clients did at the same moment."""
READYZ = "/readyz"
NOT_READY = "not ready\ndatabase: does not answer\n"
SECRET = re.compile("password|card_number|security_code", re.IGNORECASE)


@dataclass(frozen=True)
class FailureText:
    """The texts of the page; `change` for who wanted to change something, `read` for who only looked."""

    title: str
    change: str
    read: str


EXPLANATIONS = {
    Failure.BUSY: FailureText(
        "Being changed by another user",
        "Another user or an API client is changing the same records at the moment. Your change was not completed. Try"
        " again in a few seconds.",
        "Another user or an API client is changing the same records at the moment. Try again in a few seconds.",
    ),
    Failure.SLOW: FailureText(
        "This took too long",
        "The database took too long, so your change was not completed. Try again in a minute.",
        "The database took too long to answer. Try again in a minute, or search for less at once.",
    ),
    Failure.READ_ONLY: FailureText(
        "Read-only at the moment",
        "Reunite is read-only at the moment. Your change was not completed. You can look at everything meanwhile. Try"
        " again later, or ask your Reunite administrator.",
        "Reunite is read-only at the moment, and this page has to save something first. Try again later, or ask your"
        " Reunite administrator.",
    ),
    Failure.FULL: FailureText(
        "Nothing can be saved at the moment",
        "The database has no space left or cannot write. Your change was not completed. Tell your Reunite"
        " administrator, and try again later.",
        "The database has no space left or cannot write. Tell your Reunite administrator, and try again later.",
    ),
    Failure.AWAY: FailureText(
        "Reunite cannot reach its database",
        "Your change may not have been saved: check before you repeat it. Try again in a minute. If this goes on, tell"
        " your Reunite administrator.",
        "Try again in a minute. If this goes on, tell your Reunite administrator.",
    ),
    Failure.GONE: FailureText(
        "Deleted by another user",
        "Something that you chose was deleted a moment ago, or what you delete is in use by now. Nothing was changed."
        " Send it again to see what it is.",
        "Something on this page was deleted a moment ago. Try again.",
    ),
}


class UnavailableMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if outage.is_known():
            return _refusal(request, Failure.AWAY)
        try:
            bool(request.user.is_authenticated)
        except Error as error:
            # Read here, before any other middleware does, because it is not told what fails in those.
            if refusal := answer(request, error):
                return refusal
            raise
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception)


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """None unless `error` says that the database cannot serve: then it is a fault of ours."""
    failure = note_failure(request, error)
    return None if failure is None else _refusal(request, failure)


def note_failure(request: HttpRequest, error: BaseException | None) -> Failure | None:
    """Log a failure of the database; after one that lost the connection let the pool try no other that is lost too."""
    failure = failure_of(error)
    if failure is None:
        return None
    # A row that is gone may be a fault of ours, too, so the log says where.
    trace = error if failure is Failure.GONE else None
    logger.warning("%s at %s: %s", failure.name, request.path, error, exc_info=trace)
    if failure is Failure.AWAY:
        renew_idle_connections()
        outage.note()
    return failure


def _refusal(request: HttpRequest, failure: Failure) -> HttpResponse:
    refused = REFUSED[failure]
    if request.path_info == READYZ:
        response = HttpResponse(NOT_READY, content_type="text/plain", status=STATUS)
    else:
        response = errors.answer(request, STATUS, refused.message) or _page(request, failure)
    response.headers["Retry-After"] = str(refused.wait)
    return response


def _page(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Rendered without the request, because its user may not be known, and reading it may fail again."""
    is_change = request.method not in ("GET", "HEAD")
    explanation = EXPLANATIONS[failure]
    context = {
        "title": explanation.title,
        "text": explanation.change if is_change else explanation.read,
        "is_change": is_change,
        "address": request.get_full_path(),
        "entered": _entered(request) if is_change else [],
        "theme": theme_of_browser(request),
        "request_id": current_origin().request_id,
    }
    status = CONFLICT if failure in OF_OTHERS else STATUS
    return HttpResponse(render_to_string("503.html", context), status=status)


def _entered(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """All values of the form, to be sent again; none if a password is among them, which no page repeats."""
    values = [(name, value) for name, values in request.POST.lists() for value in values]
    is_secret = hasattr(request, "sensitive_post_parameters") or any(SECRET.search(name) for name, _ in values)
    return [] if is_secret else values
