from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.lib.phrases import isolated
from customers.matching import exclusions
from customers.models import Customer
from customers.records.source_records import records_of
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_safe
@may_view
@with_live
def customer_known_by(request: StaffRequest, customer: Customer) -> HttpResponse:
    records = records_of(customer).values()
    context = {
        "title": f"Emails and phones of {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "known": exclusions.known_values(customer, list(records)),
    }
    return render(request, "customers/matching/exclusions.html", context)


@require_POST
@may_change
@may_view
@with_live
def match_stop(request: StaffRequest, customer: Customer) -> HttpResponse:
    return _acted(request, customer, exclusions.exclude, "{value} of {customer} is excluded from matching.")


@require_POST
@may_change
@may_view
@with_live
def match_resume(request: StaffRequest, customer: Customer) -> HttpResponse:
    return _acted(request, customer, exclusions.include, "{value} of {customer} is used for matching again.")


def _acted(request: StaffRequest, customer: Customer, act: Callable[..., str], success: str) -> HttpResponse:
    try:
        written = act(customer, request.POST.get("kind", ""), request.POST.get("value", ""), by=request.user)
    except exclusions.ExclusionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, success.format(value=isolated(written), customer=customer.name_with_number))
    return redirect("customers:known_by", customer.pk)
