from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from customers.lib.phrases import isolated
from customers.models import Customer
from customers.profile.edit import EditError, make_customer, set_status_and_owner
from customers.profile.forms.status import StatusForm
from customers.totals.status import status_of
from customers.totals.sums import sum_rows, totals_rows
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_POST
@may_change
@may_view
@with_live
def customer_make(request: StaffRequest, customer: Customer) -> HttpResponse:
    try:
        made = make_customer(customer, by=request.user)
    except EditError as refused:
        messages.error(request, str(refused))
        return redirect(customer)
    messages.success(request, f"{made.name_with_number} is a customer now, and no lead any more.")
    return redirect(made)


@require_http_methods(["GET", "POST"])
@may_change
@may_view
@with_live
def customer_status(request: StaffRequest, customer: Customer) -> HttpResponse:
    totals = sum_rows(totals_rows(customer))
    has_bought = bool(customer.billing_status or totals.orders)
    status = status_of(customer, totals)
    form = StatusForm(
        customer, request.POST if request.method == "POST" else None, shown_instead=status if has_bought else ""
    )
    error = ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_status_and_owner(customer, form.status, data["owner"], version=data["version"], by=request.user)
        except EditError as refused:
            error = f"{refused} Check the current values, then save again."
        else:
            messages.success(request, f"The status of {customer.name_with_number} was saved.")
            return redirect(customer)
    shown = {
        "title": f"Set status of {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "form": form,
        "error": error,
    }
    return render(request, "customers/profile/customer_status.html", shown, status=422 if form.errors or error else 200)
