"""Signing in at the company's provider, and connecting an account there to one's user."""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.accounts.factors.overview import has_factor
from crm.accounts.models import User
from crm.accounts.openid import OpenIDError, identities, is_only_way, is_set_up
from crm.accounts.web import openid, sign_in_limits
from crm.accounts.web import sign_in as steps
from crm.accounts.web.lockout import too_many_sign_ins
from crm.audit import log
from customers.lib.audit import AuditAction
from customers.lib.phrases import isolated
from customers.snapshot import after_reading
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again, note_answer

if TYPE_CHECKING:
    from crm.accounts.openid.claims import Claims

RECENT = 2 * 60
"""Seconds since somebody showed the provider again that it is them."""
NOT_ASKED = "{provider} did not ask you to sign in again, so nothing was confirmed."


@require_safe
@never_cache
@login_not_required
def openid_begin(request: HttpRequest) -> HttpResponse:
    if not is_set_up():
        raise Http404
    if sign_in_limits.is_flood(request):
        return too_many_sign_ins(request, wait=sign_in_limits.MINUTE)
    return openid.lead_to_provider(request)


@require_safe
@never_cache
@login_not_required
def openid_callback(request: HttpRequest) -> HttpResponse:
    if not is_set_up():
        raise Http404
    if sign_in_limits.is_flood(request):
        return too_many_sign_ins(request, wait=sign_in_limits.MINUTE)
    try:
        claims = openid.take_answer(request)
        if isinstance(request.user, User):
            return _answer_user(request, request.user, claims)
        return _sign_in(request, identities.sign_in(claims), claims)
    except OpenIDError as error:
        if str(error) != openid.LATE:  # which anybody could have us write
            after_reading(log.write, AuditAction.SIGN_IN, str(error), by=_user_of(request), is_refused=True)
        messages.error(request, str(error))
        return redirect("accounts:security" if request.user.is_authenticated else "login")


def _sign_in(request: HttpRequest, user: User, claims: "Claims") -> HttpResponse:
    following = openid.following_page(request)
    if has_factor(user) and not claims.with_factor:
        steps.begin(request, user, following=following, method=settings.OIDC_NAME)
        return redirect("second_step")
    steps.complete(request, user, method=settings.OIDC_NAME, with_factor=claims.with_factor)
    return redirect(following or settings.LOGIN_REDIRECT_URL)


def _answer_user(request: HttpRequest, user: User, claims: "Claims") -> HttpResponse:
    """For a user who is signed in already: confirm that it is them, or connect an account of the provider."""
    if claims.signed_in < time.time() - RECENT:
        raise OpenIDError(NOT_ASKED.format(provider=settings.OIDC_NAME))
    identity = identities.identity_of(claims.subject)
    if identity is None:
        openid.keep_subject(request, claims)
        return redirect("accounts:identity_connect")
    if identity.user_id != user.pk:
        raise OpenIDError(identities.ANOTHER_USERS.format(provider=settings.OIDC_NAME))
    note_answer(request.session)
    after_reading(log.write, AuditAction.SIGN_IN, f"Asked again: confirmed at {settings.OIDC_NAME}.", by=user)
    messages.success(request, "Confirmed. Go back to what you were doing and choose Continue.")
    return redirect("accounts:security")


def _user_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@require_http_methods(["GET", "POST"])
@never_cache
@asks_again
def identity_connect(request: StaffRequest) -> HttpResponse:
    if not is_set_up():
        raise Http404
    if (kept := openid.kept_subject(request)) is None:
        messages.error(request, "That took too long. Connect your account again.")
        return redirect("accounts:security")
    if request.method == "POST":
        openid.forget_subject(request)
        try:
            identities.connect(request.user, kept["subject"])
        except OpenIDError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Connected. You can sign in at {isolated(settings.OIDC_NAME)} from now on.")
        return redirect("accounts:security")
    context = {"title": f"Connect {isolated(settings.OIDC_NAME)}", "name": kept["name"], "provider": settings.OIDC_NAME}
    return render(request, "crm/identity_connect.html", context)


@require_POST
@asks_again
def identity_disconnect(request: StaffRequest) -> HttpResponse:
    user = request.user
    if is_only_way() or not (user.has_usable_password() or user.passkeys.exists()):
        messages.error(request, "You could no longer sign in, so nothing was disconnected.")
    elif identities.disconnect(user):
        messages.success(request, f"Disconnected from {isolated(settings.OIDC_NAME)}.")
    return redirect("accounts:security")
