from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.accounts import notices, password_reset
from crm.accounts.checkboxes import GROUPS
from crm.accounts.forms.passwords import OwnPasswordForm
from crm.accounts.forms.preferences import PreferencesForm
from crm.accounts.models import User
from crm.accounts.user_permissions import effective_permissions
from crm.accounts.web.preferences import THEME_COOKIE, YEAR
from crm.permissions import USE_API
from customers.lib.numbers import parse_number
from customers.web.next_page import next_page
from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
def own_page(request: StaffRequest) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk)  # a copy, because the form changes it
    form = PreferencesForm(request.POST or None, instance=user)
    if form.is_valid():
        user.save(update_fields=form.changed_data)
        messages.success(request, "Saved.")
        return _remember(user.theme, redirect("accounts:own"), request)
    permissions = effective_permissions(user)
    context = {
        "title": "Your account",
        "form": form,
        "may": [
            (heading, [checkbox for checkbox in group if checkbox.permission in permissions])
            for heading, group in GROUPS.items()
        ],
        "may_use_api": USE_API in permissions,
        "keys": user.api_keys.order_by("-pk"),
    }
    return render(request, "crm/account.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("old_password", "new_password1", "new_password2")
def own_password(request: StaffRequest) -> HttpResponse:
    form = OwnPasswordForm(request, request.user, request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        revokes_keys = values.get("revoke_keys", False)
        password_reset.change_password(request.user, values["new_password1"], revokes_keys=revokes_keys)
        update_session_auth_hash(request, request.user)  # all other sessions end, this one stays
        keys = " Your API keys are revoked." if revokes_keys else ""
        messages.success(request, f"Password changed. You are signed out on all other devices.{keys}")
        return redirect("accounts:own")
    context = {"title": "Change your password", "form": form}
    return render(request, "crm/own_password.html", context, status=422 if form.errors else 200)


@require_POST
@login_not_required  # the sign-in page has the switch as well
def theme(request: HttpRequest) -> HttpResponse:
    """Store the theme chosen in the header: with the user, and in the browser for pages before the sign-in."""
    chosen = request.POST.get("theme", "")
    if chosen not in User.Theme.values:
        return HttpResponse(status=422)
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(theme=chosen)
    if "next" not in request.POST:
        return _remember(chosen, HttpResponse(status=204), request)
    return _remember(chosen, HttpResponseRedirect(next_page(request, otherwise=reverse("home"))), request)


@require_POST
def notice_dismiss(request: StaffRequest) -> HttpResponse:
    if (pk := parse_number(request.POST.get("notice", ""))) is not None:
        notices.dismiss(request.user, [pk])
    if (pk := parse_number(request.POST.get("request", ""))) is not None:
        notices.dismiss(request.user, requests=[pk])
    return HttpResponseRedirect(next_page(request, otherwise=reverse("home")))


def _remember(theme: str, response: HttpResponse, request: HttpRequest) -> HttpResponse:
    # Not HttpOnly: theme.js writes it as well, before the server has heard.
    response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
