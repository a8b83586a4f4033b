"""Who may open a view, and what somebody who may not is told."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from crm.accounts.models import User

    class StaffRequest(HttpRequest):
        """A request that has passed LoginRequiredMiddleware and HtmxMiddleware."""

        user: User
        htmx: HtmxDetails


VIEW_ORDERS = "orders.view_order"
"""Without it nothing of orders, payments and purchases is told about a customer (decision 15)."""

P = ParamSpec("P")
View = Callable[Concatenate["StaffRequest", P], HttpResponseBase]


def permission_required(perm: str, message: str) -> Callable[[View[P]], View[P]]:
    """Let a signed-in user through who has `perm`; show anyone else the 403 page with `message`."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: "StaffRequest", /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.has_perm(perm):
                raise PermissionDenied(message)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
