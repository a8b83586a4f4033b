from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.labels.attributes import attributes_of, remove_attributes, set_attributes
from customers.labels.common import LabelError
from customers.labels.forms import AttributeForm, TagForm
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.lib.phrases import isolated
from customers.models import Customer
from customers.profile.display import attribute_text
from customers.web.live import with_live
from customers.web.permissions import StaffRequest, may_change, may_view


@require_safe
@may_change
@may_view
@with_live
def customer_labels(request: StaffRequest, customer: Customer) -> HttpResponse:
    name = request.GET.get("attribute")
    chosen = next((attribute for attribute in attributes_of(customer) if attribute.name == name), None)
    return _page(request, customer, TagForm(), AttributeForm(attribute=chosen))


@require_POST
@may_change
@may_view
@with_live
def tag_add(request: StaffRequest, customer: Customer) -> HttpResponse:
    form = TagForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, form, AttributeForm())
    return _acted(request, customer, lambda: add_tags(customer, form.cleaned_data["name"], by=request.user))


@require_POST
@may_change
@may_view
@with_live
def tag_remove(request: StaffRequest, customer: Customer) -> HttpResponse:
    name = request.POST.get("name", "")
    return _acted(request, customer, lambda: remove_tags(customer, name, by=request.user))


@require_POST
@may_change
@may_view
@with_live
def attribute_set(request: StaffRequest, customer: Customer) -> HttpResponse:
    form = AttributeForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, TagForm(), form)
    name, value = form.cleaned_data["name"], form.cleaned_data["value"]
    return _acted(request, customer, lambda: set_attributes(customer, {name: value}, by=request.user))


@require_POST
@may_change
@may_view
@with_live
def attribute_remove(request: StaffRequest, customer: Customer) -> HttpResponse:
    name = request.POST.get("name", "")
    return _acted(request, customer, lambda: remove_attributes(customer, name, by=request.user))


def _acted(request: StaffRequest, customer: Customer, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except LabelError as error:
        messages.error(request, str(error))
    return redirect(customer) if "from_head" in request.POST else redirect("customers:labels", customer.pk)


def _page(request: StaffRequest, customer: Customer, tag: TagForm, attribute: AttributeForm) -> HttpResponse:
    wrong = tag if tag.errors else attribute
    context = {
        "title": f"Tags and attributes of {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "tags": tags_of(customer),
        "attributes": [(attribute, attribute_text(attribute)) for attribute in attributes_of(customer)],
        "tag": tag,
        "attribute": attribute,
        "form": wrong,
    }
    return render(request, "customers/labels/customer_labels.html", context, status=422 if wrong.errors else 200)
