"""What follows the password, or a provider, for users who have a second factor, or a passkey instead of both."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.factors import authenticator, passkeys, recovery_codes
from crm.accounts.factors.overview import FactorError, factors_of
from crm.accounts.forms.factors import CodeForm, SignedForm
from crm.accounts.models import User
from crm.accounts.openid import is_only_way
from crm.accounts.web import sign_in, throttle
from crm.accounts.web.lockout import factor_locked
from crm.accounts.web.passkeys import keep_challenge, site_of, take_challenge
from crm.audit import log
from customers.lib.audit import AuditAction
from customers.web.next_page import next_page

WRONG_CODE = "This code is wrong, or was used already. Enter the newest one."


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("code", "credential")
@login_not_required
def second_step(request: HttpRequest) -> HttpResponse:
    user = sign_in.half_signed_in(request)
    if user is None:
        messages.error(request, "Your sign-in took too long. Sign in again.")
        return redirect("login")
    if throttle.is_paused(request, user):
        return factor_locked(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if method := _method_of(request, user, form):
            return _enter(request, user, method)
        throttle.count_failure(request, user)
        log.write(AuditAction.SIGN_IN, "Wrong second factor.", user=user, is_refused=True)
        if not form.errors:
            form.add_error("code", WRONG_CODE)
    context = {"title": "Confirm that it is you", "form": form, "factors": factors_of(user)}
    return render(request, "registration/second_step.html", context, status=422 if form.errors else 200)


def _method_of(request: HttpRequest, user: User, form: CodeForm) -> str:
    """How the sign-in was done; "" if the second step was not."""
    first = sign_in.first_method(request)
    signed = SignedForm(request.POST)
    if signed.is_valid():
        try:
            answer = signed.cleaned_data["credential"]
            passkeys.check_answer(answer, challenge=take_challenge(request), site=site_of(request), user=user)
        except FactorError as error:
            form.add_error(None, str(error))
            return ""
        return f"{first} and passkey"
    if not form.is_valid():
        return ""
    code = form.cleaned_data["code"]
    if authenticator.check_code(user, code):
        return f"{first} and app"
    return f"{first} and recovery code" if recovery_codes.use_code(user, code) else ""


def _enter(request: HttpRequest, user: User, method: str) -> HttpResponse:
    throttle.forget_failures(user)
    following = sign_in.following_page(request)
    sign_in.complete(request, user, method=method, with_factor=True)
    if method.endswith("recovery code"):
        left = factors_of(user).codes_left
        messages.warning(
            request, f"You used a recovery code. Left: {left}. If a device is lost, remove it and add another."
        )
        return redirect("accounts:security")
    return redirect(following or settings.LOGIN_REDIRECT_URL)


@require_POST
@never_cache
@login_not_required
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    """What the browser asks the device to sign: for the second step, for the second question, or for a sign-in."""
    known = request.user if isinstance(request.user, User) else sign_in.half_signed_in(request)
    ceremony = passkeys.ask_to_sign(known, site=site_of(request))
    keep_challenge(request, ceremony)
    return HttpResponse(ceremony.options, content_type="application/json")


@require_POST
@never_cache
@sensitive_post_parameters("credential")
@login_not_required
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """The device has asked for finger, face or PIN, so a passkey is two factors."""
    form = SignedForm(request.POST)
    if is_only_way():
        return redirect("login")
    try:
        challenge = take_challenge(request)
        answer = form.cleaned_data["credential"] if form.is_valid() else ""
        user = passkeys.check_answer(answer, challenge=challenge, site=site_of(request))
    except FactorError as error:
        log.write(AuditAction.SIGN_IN, "Passkey not accepted.", is_refused=True)
        messages.error(request, str(error))
        return redirect("login")
    sign_in.complete(request, user, method="Passkey", with_factor=True)
    return redirect(next_page(request, otherwise=resolve_url(settings.LOGIN_REDIRECT_URL)))
