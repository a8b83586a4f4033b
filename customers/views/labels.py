from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers import tagging
from customers.facts import written
from customers.forms.labels import AttributeForm, TagForm
from customers.models import Customer
from customers.views.access import may_change, may_view
from customers.views.changing import with_live

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_safe
@may_change
@may_view
@with_live
def customer_labels(request: "StaffRequest", customer: Customer) -> HttpResponse:
    """The tags and attributes of a customer, each to be changed or taken off."""
    wanted = request.GET.get("attribute")
    chosen = next((each for each in tagging.attributes(customer) if each.name == wanted), None)
    return _page(request, customer, TagForm(), AttributeForm(attribute=chosen))


@require_POST
@may_change
@may_view
@with_live
def tag_add(request: "StaffRequest", customer: Customer) -> HttpResponse:
    form = TagForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, form, AttributeForm())
    return _acted(request, customer, lambda: tagging.add(customer, form.cleaned_data["name"], by=request.user))


@require_POST
@may_change
@may_view
@with_live
def tag_remove(request: "StaffRequest", customer: Customer) -> HttpResponse:
    name = request.POST.get("name", "")
    return _acted(request, customer, lambda: tagging.remove(customer, name, by=request.user))


@require_POST
@may_change
@may_view
@with_live
def attribute_set(request: "StaffRequest", customer: Customer) -> HttpResponse:
    form = AttributeForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, TagForm(), form)
    name, value = form.cleaned_data["name"], form.cleaned_data["value"]
    return _acted(request, customer, lambda: tagging.set_attributes(customer, {name: value}, by=request.user))


@require_POST
@may_change
@may_view
@with_live
def attribute_remove(request: "StaffRequest", customer: Customer) -> HttpResponse:
    name = request.POST.get("name", "")
    return _acted(request, customer, lambda: tagging.remove_attributes(customer, name, by=request.user))


def _acted(request: "StaffRequest", customer: Customer, act: Callable[[], object]) -> HttpResponse:
    """Back to the page that it was asked on, which says why if nothing was changed."""
    try:
        act()
    except tagging.TagError as error:
        messages.error(request, str(error))
    return redirect(customer) if "from_head" in request.POST else redirect("customers:labels", customer.pk)


def _page(request: "StaffRequest", customer: Customer, tag: TagForm, attribute: AttributeForm) -> HttpResponse:
    wrong = tag if tag.errors else attribute
    shown = {
        "title": f"Tags and attributes of {customer.name}",
        "section": "customers",
        "customer": customer,
        "tags": tagging.tags(customer),
        "attributes": [(each, written(each)) for each in tagging.attributes(customer)],
        "tag": tag,
        "attribute": attribute,
        "form": wrong,
    }
    return render(request, "customers/customer_labels.html", shown, status=422 if wrong.errors else 200)
