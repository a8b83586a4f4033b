"""The decorators of views by permission. A view that changes customers also needs the permission to view them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from customers.permissions import (
    ADD_CUSTOMERS,
    CHANGE_CUSTOMERS,
    CHANGE_IDENTIFYING,
    CHANGE_POLICY,
    CHANGE_SOURCES,
    DELETE_CUSTOMERS,
    IGNORE,
    MANAGE_SALES_LISTS,
    MERGE,
    REVIEW,
    SPLIT,
    START_REBUILD,
    UNDO,
    VIEW_CUSTOMERS,
)

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from crm.accounts.models import User


class StaffRequest(HttpRequest):
    """For types: a request that has passed LoginRequiredMiddleware and HtmxMiddleware."""

    user: "User"
    htmx: "HtmxDetails"


P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


class MissingPermissionError(PermissionDenied):
    """The user lacks `permission`. The page that says so names it as Edit User does (`crm.http.error_pages`)."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


def require(user: "User", needs: Iterable[str]) -> None:
    """MissingPermissionError for the first of the permissions `needs` that the user lacks."""
    for permission in needs:
        if not user.has_perm(permission):
            raise MissingPermissionError(permission)


def permission_required(permission: str) -> Callable[[View[P]], View[P]]:

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            require(request.user, [permission])
            return view(request, *args, **kwargs)

        return guarded

    return decorate


may_view = permission_required(VIEW_CUSTOMERS)
may_add = permission_required(ADD_CUSTOMERS)
may_change = permission_required(CHANGE_CUSTOMERS)
may_start_rebuild = permission_required(START_REBUILD)
may_merge = permission_required(MERGE)
may_undo = permission_required(UNDO)
may_review = permission_required(REVIEW)
may_change_policy = permission_required(CHANGE_POLICY)
may_split = permission_required(SPLIT)
may_ignore = permission_required(IGNORE)
may_change_identifying = permission_required(CHANGE_IDENTIFYING)
may_manage_sales_lists = permission_required(MANAGE_SALES_LISTS)
may_delete = permission_required(DELETE_CUSTOMERS)
may_change_sources = permission_required(CHANGE_SOURCES)
