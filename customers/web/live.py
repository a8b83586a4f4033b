"""Views about a live customer: an old link to a merged one redirects to the survivor."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from customers.models import Customer
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.retired import redirect_to_survivor

P = ParamSpec("P")


def with_live(view: Callable[Concatenate[StaffRequest, Customer, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Call the view with the live customer of the URL; otherwise redirect to the survivor, or answer 410 if erased."""

    @wraps(view)
    def view_with_customer(request: StaffRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        customer = get_object_or_404(Customer.objects.select_related("owner", "merged_into"), pk=pk)
        if not customer.is_live:
            return not_saved(request, customer) if request.method == "POST" else redirect_to_survivor(request, customer)
        return view(request, customer, *args, **kwargs)

    return view_with_customer


def not_saved(request: StaffRequest, customer: Customer) -> HttpResponse:
    messages.error(request, emphasised("Not saved.", f"{customer.name_with_number} was merged or erased meanwhile."))
    return redirect_to_survivor(request, customer)
