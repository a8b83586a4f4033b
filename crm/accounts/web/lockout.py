"""The page of a sign-in or password link that is blocked after many failures."""

from typing import Any

from axes.helpers import get_client_username, get_cool_off, get_failure_limit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


def sign_in_locked(request: HttpRequest, original_response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Another attempt restarts the block, so it ends one full block after this attempt."""
    pause = get_cool_off(request)
    context = {
        "username": get_client_username(request, credentials) or "",
        "failure_limit": get_failure_limit(request, credentials),
        "minutes": int(pause.total_seconds() / 60),
        "until": timezone.now() + pause,
    }
    return _locked(request, context)


def too_many_sign_ins(request: HttpRequest, *, wait: int) -> HttpResponse:
    response = render(request, "429.html", {"is_flood": True, "wait": wait}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def link_locked(request: HttpRequest) -> HttpResponse:
    """Another attempt does not restart this block. Its start is not looked up, so this is the latest end."""
    return _locked(request, {"is_link": True, "failure_limit": get_failure_limit(request, None)})


def factor_locked(request: HttpRequest) -> HttpResponse:
    """After the password. Another attempt does not restart this block either."""
    return _locked(request, {"is_code": True, "failure_limit": get_failure_limit(request, None)})


def _locked(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = render(request, "429.html", context, status=429)
    response.headers["Retry-After"] = str(int(get_cool_off(request).total_seconds()))
    return response
