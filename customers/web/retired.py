"""Where an old link leads: to whoever a customer was merged into, or to a page that says they were erased."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from customers.lib.dates import format_day
from customers.lib.phrases import isolated
from customers.models import Customer, MergeMember
from customers.web.messages import message_with_button

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


class ErasedError(Exception):
    """A view was asked about a customer who is erased: whatever it is about, the answer is the same."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(str(customer))
        self.customer = customer


class ErasedCustomerMiddleware:
    """Middleware: the page that says so, with status 410, wherever a view raises ErasedError."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return erased_page(request, exception.customer) if isinstance(exception, ErasedError) else None


def erased_page(request: HttpRequest, customer: Customer) -> HttpResponse:
    page = {"title": f"Customer {customer.pk} was erased", "erased": customer}
    return render(request, "customers/erasing/customer_erased.html", page, status=410)


def redirect_to_survivor(request: "StaffRequest", customer: Customer) -> HttpResponse:
    """The answer about `customer`, who is not live."""
    root = customer.live_root()
    if root.erased_at:
        return erased_page(request, customer)
    members = customer.memberships.filter(undone_at=None).select_related("merge__by", "merge__survivor")
    if member := members.first():
        text = sentence(customer, member, root)
        messages.info(request, message_with_button(text, url=member.merge.get_absolute_url(), label="View merge"))
    return redirect(root)


def sentence(customer: Customer, member: MergeMember, root: Customer) -> str:
    merge, survivor = member.merge, member.merge.survivor
    who, on = isolated(merge.by or "an API client"), format_day(merge.created)
    text = f"You followed a link to {customer.numbered}, which was merged into {survivor.numbered} by {who} on {on}."
    return text if root == survivor else f"{text} Both are part of {root.numbered} now."
