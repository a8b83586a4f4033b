"""Sign-in and security: one's factors, recovery codes and sessions."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.accounts import sessions
from crm.accounts.factors.overview import factors_of
from crm.accounts.factors.recovery_codes import CODES, create_codes
from crm.accounts.factors.requirement import is_factor_required
from crm.accounts.openid import provider_name
from crm.accounts.openid.identities import is_connected
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again

if TYPE_CHECKING:
    from collections.abc import Sequence


FEW_CODES = 3


@require_safe
def security(request: StaffRequest) -> HttpResponse:
    factors = factors_of(request.user)
    context = {
        "title": "Sign-in and security",
        "factors": factors,
        "codes": CODES,
        "few_codes": FEW_CODES,
        "provider": provider_name(),
        "is_connected": is_connected(request.user),
        "is_required": is_factor_required(request.user),
        "sessions": sessions.open_sessions(request.user, current=request.session.session_key),
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    return render(request, "crm/security.html", context)


@require_POST
@never_cache
@asks_again
def codes_create(request: StaffRequest) -> HttpResponse:
    if not factors_of(request.user):
        messages.error(request, "Add a passkey or an authenticator app first. No codes were created.")
        return redirect("accounts:security")
    return codes_page(request, create_codes(request.user))


def codes_page(request: StaffRequest, codes: "Sequence[str]") -> HttpResponse:
    """The answer itself shows the codes. A redirect would need them to be stored."""
    return render(request, "crm/recovery_codes.html", {"title": "Recovery codes", "codes": codes})


@require_POST
def session_end(request: StaffRequest) -> HttpResponse:
    """One session by its name, or all others."""
    if name := request.POST.get("session"):
        is_ended = sessions.end_session(request.user, name)
        messages.success(request, "Signed out there." if is_ended else "That session has ended already.")
    else:
        sessions.end_sessions(request.user, but=request.session.session_key)
        messages.success(request, "Signed out everywhere else.")
    return redirect("accounts:security")
