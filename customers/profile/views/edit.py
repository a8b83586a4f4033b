from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.models import Customer
from customers.profile.edit import EditError, StaleEditError, edit_profile
from customers.profile.forms.profile import ProfileForm
from customers.web.live import not_saved, with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_http_methods(["GET", "POST"])
@may_change
@may_view
@with_live
def customer_edit(request: StaffRequest, customer: Customer) -> HttpResponse:
    form = ProfileForm(customer, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, customer, form)
    try:
        edited = edit_profile(customer, form.values(), version=customer.version, by=request.user, via="page")
    except StaleEditError:
        # Saved by another user since it was read a moment ago: compare with what is stored now.
        return _again(request, customer)
    except EditError as error:
        now = Customer.objects.get(pk=customer.pk)
        if not now.is_live:
            return not_saved(request, now)
        form.add_error(None, str(error))
        return _page(request, customer, form)
    for doubt in form.doubts():
        messages.warning(request, doubt)
    saved = edited.version != customer.version
    messages.success(request, f"{edited.name_with_number} was saved." if saved else "No changes to save.")
    return redirect(edited)


def _again(request: StaffRequest, customer: Customer) -> HttpResponse:
    now = Customer.objects.get(pk=customer.pk)
    form = ProfileForm(now, request.POST)
    if form.is_valid():
        form.add_error(None, "Not saved. This customer was changed a moment ago. Check the values, then save again.")
    return _page(request, now, form)


def _page(request: StaffRequest, customer: Customer, form: ProfileForm) -> HttpResponse:
    shown = {"title": f"Edit {isolated(customer.name)}", "section": "customers", "customer": customer, "form": form}
    return render(request, "customers/profile/customer_edit.html", shown, status=422 if form.errors else 200)
