"""Whoever must have a second factor and has none is led to set one up; no other page opens until then."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from crm.accounts.factors.requirement import is_factor_required
from crm.accounts.web.sign_in import WITH_FACTOR
from customers.web.permissions import StaffRequest

OPEN = {
    "logout",
    "accounts:security",
    "accounts:app_add",
    "accounts:passkey_add",
    "accounts:passkey_ask",
    "accounts:codes_create",
    "accounts:own_password",
    "accounts:notice_dismiss",
}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SecondFactorMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: StaffRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        # What needs no sign-in, such as the API, does not act as the user of the session.
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if request.session.get(WITH_FACTOR) or (request.resolver_match and request.resolver_match.view_name in OPEN):
            return None
        return redirect("accounts:security") if is_factor_required(request.user) else None
