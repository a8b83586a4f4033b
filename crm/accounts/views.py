from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crm.accounts import functionalities, granting
from crm.accounts.forms import UserForm
from crm.accounts.functionalities import EVERYTHING, MANAGE_USERS
from crm.accounts.models import User
from customers.access import permission_required

if TYPE_CHECKING:
    from customers.access import StaffRequest

may_manage_users = permission_required(
    MANAGE_USERS, "You may not manage users. An admin can tick “Can manage users” for you on Edit User."
)


@require_safe
@may_manage_users
def user_list(request: "StaffRequest") -> HttpResponse:
    users = User.objects.order_by("-is_active", "username").prefetch_related("user_permissions__content_type")
    rows = [(user, functionalities.role_of(functionalities.direct(user))) for user in users]
    return render(request, "crm/user_list.html", {"title": "Users", "rows": rows})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_manage_users
def user_add(request: "StaffRequest") -> HttpResponse:
    return _edit(request, User(), title="New user", saved="{} may sign in from now on.")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@may_manage_users
def user_edit(request: "StaffRequest", pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    return _edit(request, user, title=str(user), saved="Saved. It takes effect on the next page {} opens.")


def _edit(request: "StaffRequest", user: User, *, title: str, saved: str) -> HttpResponse:
    if "tick" in request.POST:
        form = UserForm.with_boxes_of_role(request.POST, instance=user, by=request.user)
    else:
        form = UserForm(request.POST or None, instance=user, by=request.user)
        if form.is_valid():
            _save(request, form)
            messages.success(request, saved.format(user))
            return redirect("accounts:list")
    return render(request, "crm/user_edit.html", {"title": title, "form": form})


def _save(request: "StaffRequest", form: UserForm) -> None:
    user, password = form.instance, form.cleaned_data["password"]
    try:
        granting.save(user, password=password, allowed=form.allowed(), shown=EVERYTHING, by=request.user)
    except granting.GrantError as error:
        raise PermissionDenied(str(error)) from error
    if user == request.user:
        update_session_auth_hash(request, user)  # a new password of one's own does not sign one out here
