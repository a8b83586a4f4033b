from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from crm.accounts import api_keys
from crm.accounts.forms.api_key import KeyForm
from crm.accounts.grant import GrantError
from crm.accounts.models import ApiKey, User
from crm.permissions import MANAGE_USERS, USE_API
from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest, permission_required
from customers.web.second_question import asks_again


@require_http_methods(["GET", "POST"])
@permission_required(MANAGE_USERS)
@asks_again
def key_add(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    return _add(request, user, back=user.get_absolute_url())


@require_http_methods(["GET", "POST"])
@permission_required(USE_API)
@asks_again
def own_key_add(request: StaffRequest) -> HttpResponse:
    return _add(request, request.user, back=reverse("accounts:own"))


@require_http_methods(["GET", "POST"])
@permission_required(MANAGE_USERS)
def key_revoke(request: StaffRequest, pk: int, key: int) -> HttpResponse:
    api_key = get_object_or_404(ApiKey.objects.select_related("user"), pk=key, user=pk)
    return _revoke(request, api_key, back=api_key.user.get_absolute_url())


@require_http_methods(["GET", "POST"])
def own_key_revoke(request: StaffRequest, key: int) -> HttpResponse:
    api_key = get_object_or_404(ApiKey.objects.select_related("user"), pk=key, user=request.user)
    return _revoke(request, api_key, back=reverse("accounts:own"))


# The answer itself shows the token. A redirect would need it to be stored.
@never_cache
@sensitive_variables("token")
def _add(request: StaffRequest, user: User, *, back: str) -> HttpResponse:
    form = KeyForm(request.POST or None, owner=user)
    context = {"title": "New API key", "form": form, "owner": user, "back": back}
    if not form.is_valid():
        return render(request, "crm/key_add.html", context, status=422 if form.errors else 200)
    values = form.cleaned_data
    try:
        key, token = api_keys.create(
            user,
            name=values["name"],
            addresses=values["addresses"],
            scope=form.chosen_scope,
            ends=form.end,
            by=request.user,
        )
    except (GrantError, api_keys.KeyRefusedError) as error:
        raise PermissionDenied(str(error)) from error
    return render(request, "crm/key_created.html", context | {"title": "API key created", "key": key, "token": token})


def _revoke(request: StaffRequest, key: ApiKey, *, back: str) -> HttpResponse:
    if request.method == "GET":
        context = {"title": f"Revoke the API key {isolated(key.name)}?", "key": key, "back": back}
        return render(request, "crm/key_revoke.html", context)
    try:
        api_keys.revoke(key, by=request.user)
    except GrantError as error:
        raise PermissionDenied(str(error)) from error
    messages.success(request, f"API key {isolated(key.name)} revoked. API clients that use it are refused from now on.")
    return redirect(back)
