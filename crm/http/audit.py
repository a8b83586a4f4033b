"""Who looked at a customer, and who was refused a page, on the audit log.

A page is named by words made of its name in `urls.py`: its address could hold what somebody searched for.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.accounts.checkboxes import LABELS
from crm.accounts.models import User
from crm.audit import log
from crm.http.page_names import words_of
from customers.database.failures import optional_write
from customers.lib.audit import AuditAction
from customers.lib.text import without_unstorable
from customers.models import Customer
from customers.snapshot import READS, after_reading
from customers.web.permissions import MissingPermissionError

OF_CUSTOMER = "customers/<int:pk>/"
OF_CUSTOMER_IN_V1 = re.compile(r"v1/(import/)?customers/<")


def note_customer_views(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """With AUDIT_VIEWS. Outside of the snapshot, in which nothing can be written."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if settings.AUDIT_VIEWS and request.method == "GET" and response.status_code == 200:
            _note_view(request)
        return response

    return answer


def note_refusal(request: HttpRequest, error: Exception) -> None:
    """Only of users: strangers are sent to sign in, and could fill the log with what they send."""
    user = _user_of(request)
    if user is None:
        return
    missing = f" needs “{LABELS[error.permission]}”" if isinstance(error, MissingPermissionError) else " was refused"
    verb = "Opening" if request.method in READS else "Sending"
    text = f"{verb} “{_name_of(request)}”{missing}."
    after_reading(log.write, AuditAction.ACCESS, text, by=user, customer=_customer_of(request), is_refused=True)


def _note_view(request: HttpRequest) -> None:
    user, customer = _user_of(request), _customer_of(request)
    if user is not None and customer is not None:
        with optional_write():
            log.write(AuditAction.VIEW, _name_of(request), by=user, customer=customer)


def _user_of(request: HttpRequest) -> User | None:
    """Who is signed in, or whose key it is."""
    user = getattr(request, "by", None) or getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _name_of(request: HttpRequest) -> str:
    return words_of(request.resolver_match.view_name) if request.resolver_match else "an unknown page"


def _customer_of(request: HttpRequest) -> int | None:
    match = request.resolver_match
    if match and match.route.startswith(OF_CUSTOMER):
        return int(match.kwargs["pk"])
    if match and OF_CUSTOMER_IN_V1.match(match.route):
        uuid = match.kwargs.get("customer_uuid") or match.kwargs.get("uuid", "")
        return Customer.objects.filter(uuid=without_unstorable(uuid)).values_list("pk", flat=True).first()
    return None
