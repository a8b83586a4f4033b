"""Setting up and removing one's factors, and resetting those of another user."""

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts.factors import authenticator, passkeys
from crm.accounts.factors.overview import FactorError, factors_of, has_factor, reset_factors
from crm.accounts.factors.recovery_codes import create_codes
from crm.accounts.factors.requirement import is_factor_required
from crm.accounts.forms.factors import AppForm, PasskeyForm
from crm.accounts.grant import GrantError
from crm.accounts.models import User
from crm.accounts.views.security import codes_page
from crm.accounts.web.passkeys import keep_challenge, site_of, take_challenge
from crm.accounts.web.sign_in import note_factor
from crm.permissions import MANAGE_USERS
from customers.lib.phrases import isolated
from customers.lib.secrets.encryption import UnreadableError, decrypt, encrypt
from customers.web.permissions import StaffRequest, permission_required
from customers.web.second_question import asks_again

SEALED_FOR = 60 * 60  # seconds to scan the picture and type the code


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("sealed", "code")
@asks_again
def app_add(request: StaffRequest) -> HttpResponse:
    purpose = f"crm.accounts.app_add.{request.user.pk}"
    form = AppForm(request.POST or None)
    try:
        secret = decrypt(request.POST.get("sealed", ""), purpose=purpose, seconds=SEALED_FOR)
    except UnreadableError:
        secret = authenticator.new_secret()
    if form.is_valid():
        try:
            authenticator.set_app(request.user, secret=secret, code=form.cleaned_data["code"])
        except FactorError as error:
            form.add_error(error.field, str(error))
        else:
            return _added(request, "Authenticator app set up.")
    address = authenticator.app_address(request.user, secret)
    context = {
        "title": "Set up an authenticator app",
        "form": form,
        "sealed": encrypt(secret, purpose=purpose),
        "secret": secret,
        "picture": mark_safe(segno.make(address).svg_inline(scale=5, light="#fff")),  # noqa: S308 - drawn by a library
    }
    return render(request, "crm/app_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@asks_again
def app_remove(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return _remove_page(request, "Remove the authenticator app?")
    authenticator.remove_app(request.user)
    return _removed(request, "Authenticator app removed.")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("credential")
@asks_again
def passkey_add(request: StaffRequest) -> HttpResponse:
    form = PasskeyForm(request.POST or None)
    if form.is_valid():
        values, site = form.cleaned_data, site_of(request)
        try:
            passkeys.add_passkey(
                request.user,
                name=values["name"],
                answer=values["credential"],
                challenge=take_challenge(request),
                site=site,
            )
        except FactorError as error:
            form.add_error(None, str(error))
        else:
            return _added(request, f"Passkey {isolated(values['name'])} added.")
    context = {"title": "Add a passkey", "form": form}
    return render(request, "crm/passkey_add.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def passkey_ask(request: StaffRequest) -> HttpResponse:
    ceremony = passkeys.ask_to_create(request.user, site=site_of(request))
    keep_challenge(request, ceremony)
    return HttpResponse(ceremony.options, content_type="application/json")


@require_http_methods(["GET", "POST"])
@asks_again
def passkey_remove(request: StaffRequest, pk: int) -> HttpResponse:
    passkey = get_object_or_404(request.user.passkeys, pk=pk)
    if request.method == "GET":
        return _remove_page(request, f"Remove the passkey {isolated(passkey.name)}?")
    passkeys.remove_passkey(passkey)
    return _removed(request, f"Passkey {isolated(passkey.name)} removed.")


@require_http_methods(["GET", "POST"])
@permission_required(MANAGE_USERS)
@asks_again
def factors_reset(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    if request.method == "GET":
        context = {
            "title": f"Reset the second factor of {isolated(user)}?",
            "owner": user,
            "has_factor": has_factor(user),
        }
        return render(request, "crm/factors_reset.html", context)
    try:
        reset_factors(user, by=request.user)
    except GrantError as error:
        raise PermissionDenied(str(error)) from error
    except FactorError as error:
        messages.error(request, str(error))
        return redirect(user)
    messages.success(request, f"The second factor of {isolated(user)} was reset, and all their sessions ended.")
    return redirect(user)


def _added(request: StaffRequest, text: str) -> HttpResponse:
    note_factor(request, has_some=True)
    messages.success(request, text)
    if factors_of(request.user).codes_left:
        return redirect("accounts:security")
    return codes_page(request, create_codes(request.user))


def _remove_page(request: StaffRequest, title: str) -> HttpResponse:
    factors, is_required = factors_of(request.user), is_factor_required(request.user)
    is_last = len(factors.passkeys) + bool(factors.app) < 2
    return render(request, "crm/factor_remove.html", {"title": title, "is_last": is_last, "is_required": is_required})


def _removed(request: StaffRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    if not has_factor(request.user):
        note_factor(request, has_some=False)
    return redirect("accounts:security")
