"""Old links to a customer that is no longer live: they redirect to the survivor, or say that it was erased."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from customers.lib.dates import format_day
from customers.lib.phrases import ActMessage
from customers.models import Customer, MergeMember
from customers.web.messages import message_with_button
from customers.web.permissions import StaffRequest

MERGED = ActMessage(
    "You followed a link to {customer}, which was merged into {survivor} by {user} on {day}.",
    "You followed a link to {customer}, which was merged into {survivor} by an API client on {day}.",
)
MERGED_FURTHER = ActMessage(
    "You followed a link to {customer}, which was merged into {survivor} by {user} on {day}. Both are merged into"
    " {root} now.",
    "You followed a link to {customer}, which was merged into {survivor} by an API client on {day}. Both are merged"
    " into {root} now.",
)


class ErasedError(Exception):
    """The customer of the URL was erased; the middleware answers for every view alike."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(str(customer))
        self.customer = customer


class ErasedCustomerMiddleware:
    """Answer ErasedError in any view with status 410 and a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return erased_page(request, exception.customer) if isinstance(exception, ErasedError) else None


def erased_page(request: HttpRequest, customer: Customer) -> HttpResponse:
    page = {"title": f"Customer {customer.pk} was erased", "erased": customer}
    return render(request, "customers/erasing/customer_erased.html", page, status=410)


def redirect_to_survivor(request: StaffRequest, customer: Customer) -> HttpResponse:
    # With a message. Answers 410 if the survivor was erased.
    root = customer.live_root()
    if root.erased_at:
        return erased_page(request, customer)
    members = customer.memberships.filter(undone_at=None).select_related("merge__by", "merge__rule", "merge__survivor")
    if member := members.first():
        text = _redirect_text(customer, member, root)
        messages.info(request, message_with_button(text, url=member.merge.get_absolute_url(), label="View merge"))
    return redirect(root)


def _redirect_text(customer: Customer, member: MergeMember, root: Customer) -> str:
    merge = member.merge
    message = MERGED if root == merge.survivor else MERGED_FURTHER
    return message.text(
        merge.actor,
        customer=customer.name_with_number,
        survivor=merge.survivor.name_with_number,
        day=format_day(merge.created),
        root=root.name_with_number,
    )
