"""The list that a merge was started from: every step keeps it, and the message at the end leads back there."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.urls import reverse

from customers.web.permissions import StaffRequest

P = ParamSpec("P")
LONGEST = 2000


def came_from(request: StaffRequest) -> str:
    """The address of the next group, or of the list of customers; "" when it was neither."""
    address = request.POST.get("from") or request.GET.get("from", "")
    known = {reverse("customers:duplicates_next"), reverse("customers:list")}
    parts = urlsplit(address) if len(address) <= LONGEST else None
    is_ours = parts is not None and not (parts.scheme or parts.netloc) and parts.path in known
    return address if is_ours else ""


def way_on(address: str, *, survivor: int) -> tuple[str, str]:
    """(address, label) of what follows a merge that was started from a list; the list has changed by it."""
    if urlsplit(address).path == reverse("customers:duplicates_next"):
        return f"{address}&{urlencode({'merged': survivor})}", "Next group"
    return address, "Back to the list"


def keeps_list(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Take the list along to the step that the view redirects to."""

    @wraps(view)
    def with_list(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        request: StaffRequest = args[0]  # type: ignore[assignment]
        address = came_from(request)
        if address and isinstance(response, HttpResponseRedirectBase) and "/merge/" in urlsplit(response.url).path:
            separator = "&" if urlsplit(response.url).query else "?"
            response["Location"] = f"{response.url}{separator}{urlencode({'from': address})}"
        return response

    return with_list
