from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.engagement.common import EngagementError
from customers.lib.numbers import parse_numbers
from customers.pages.add_customer import AlreadyAddedError, AlreadyKnownError, ExistingCustomer, add_customer
from customers.pages.forms.add_customer import AddForm
from customers.web.permissions import StaffRequest, may_add, may_view


@require_http_methods(["GET", "POST"])
@may_add
@may_view
def customer_add(request: StaffRequest) -> HttpResponse:
    form = AddForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form)
    seen = set(parse_numbers(request.POST.getlist("anyway")))
    values, note = form.values(), form.cleaned_data["note"]
    try:
        customer = add_customer(values, uuid=form.uuid, seen=seen, note=note, by=request.user)
    except AlreadyKnownError as error:
        return _page(request, form, error.existing)
    except EngagementError as error:
        form.add_error("note", str(error))
        return _page(request, form)
    except AlreadyAddedError as error:
        messages.info(request, str(error))
        return redirect(error.customer)
    messages.success(request, f"{customer.name_with_number} was added.")
    return redirect(customer)


def _page(request: StaffRequest, form: AddForm, existing: Sequence[ExistingCustomer] = ()) -> HttpResponse:
    shown = {"title": "Add customer", "section": "customers", "form": form, "known": existing}
    return render(request, "customers/page/customer_add.html", shown, status=422 if form.errors or existing else 200)
