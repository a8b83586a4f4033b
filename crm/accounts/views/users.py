from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts import changes, grant, users
from crm.accounts.checkboxes import checkboxes
from crm.accounts.forms.user import UserForm
from crm.accounts.models import User
from crm.accounts.user_permissions import effective_permissions
from crm.permissions import MANAGE_USERS, USE_API
from customers.lib.numbers import parse_number
from customers.lib.phrases import isolated
from customers.web.permissions import StaffRequest, permission_required
from customers.web.second_question import asks_again

STATES = {"in": True, "out": False}


@require_safe
@permission_required(MANAGE_USERS)
def user_list(request: StaffRequest) -> HttpResponse:
    filters = {name: request.GET[name] for name in ("q", "may", "state") if request.GET.get(name)}
    state = STATES.get(filters.get("state", ""))
    matches = users.search(filters.get("q", ""), may=filters.get("may", ""), is_active=state)
    after = request.GET.get("after", "")
    page = users.page_of(matches, after=parse_number(after))
    context = {
        "title": "Users",
        "page": page,
        "filters": filters,
        "may_search": bool(filters) or users.are_many(),
        "checkboxes": checkboxes(),
        "next": f"?{urlencode({**filters, 'after': str(page.last)})}" if page.last else "",
        "first": f"?{urlencode(filters)}" if after else "",
    }
    return render(request, "crm/user_list.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@permission_required(MANAGE_USERS)
@asks_again
def user_add(request: StaffRequest) -> HttpResponse:
    form = UserForm(request.POST or None, instance=User(), by=request.user)
    if not (form.is_valid() and _saved(form, by=request.user)):
        context = {"title": "New user", "form": form}
        return render(request, "crm/user_edit.html", context, status=422 if form.errors else 200)
    user, name = form.instance, isolated(form.instance)
    if user.has_usable_password():
        messages.success(request, f"{name} can sign in now." if user.is_active else f"{name} was created.")
        return redirect("accounts:list")
    messages.success(request, f"{name} was created without a password. Create a link below and pass it on.")
    return redirect(user)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@permission_required(MANAGE_USERS)
@asks_again
def user_edit(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    title = isolated(user)
    form = UserForm(request.POST or None, instance=user, by=request.user)
    if form.is_valid() and _saved(form, by=request.user):
        if form.changes_anything:
            messages.success(request, f"Saved. Changes take effect on the next page {isolated(user)} opens.")
        return redirect("accounts:list")
    context = {
        "title": title,
        "form": form,
        "keys": user.api_keys.order_by("-pk"),
        "may_use_api": USE_API in effective_permissions(user),
        "changes": changes.change_page(of=user, size=8).rows,
    }
    return render(request, "crm/user_edit.html", context, status=422 if form.errors else 200)


def _saved(form: UserForm, *, by: User) -> bool:
    values = form.cleaned_data
    try:
        grant.save_user(
            form.instance,
            password=values.get("password", ""),
            granted=values["granted"],
            revoked=values["revoked"],
            revokes_keys=values.get("revoke_keys", False),
            by=by,
        )
    except grant.GrantError as error:
        if not error.field:
            raise PermissionDenied(str(error)) from error
        form.add_error(error.field, str(error))
    return form.is_valid()


@require_safe
@permission_required(MANAGE_USERS)
def change_list(request: StaffRequest) -> HttpResponse:
    pk, before = (parse_number(request.GET.get(name, "")) for name in ("user", "before"))
    user = None if pk is None else get_object_or_404(User, pk=pk)
    page = changes.change_page(of=user, before=before, size=changes.PER_PAGE)
    filters = {"user": str(user.pk)} if user else {}
    context = {
        "title": f"User audit log: {isolated(user)}" if user else "User audit log",
        "of": user,
        "lines": page.rows,
        "first": f"?{urlencode(filters)}" if before else "",
        "next": f"?{urlencode({**filters, 'before': str(page.following)})}" if page.following else "",
    }
    return render(request, "crm/change_list.html", context)
