from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from customers.lib.phrases import isolated
from customers.matching.evidence.attributes import (
    IdentifyingError,
    mark_identifying,
    offered_names,
    unmark_identifying,
)
from customers.matching.forms import IdentifyingForm
from customers.models import IdentifyingAttribute
from customers.web.permissions import StaffRequest, may_change_identifying, may_view


@may_view
@may_change_identifying
def identifying_attributes(request: StaffRequest) -> HttpResponse:
    form = IdentifyingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attribute = mark_identifying(form.cleaned_data["name"], form.cleaned_data["meaning"], by=request.user)
        except IdentifyingError as error:
            form.add_error("name", str(error))
        else:
            text = f"{isolated(attribute)} is marked. Existing customers are compared by it within a few minutes."
            messages.success(request, text)
            return redirect("customers:identifying")
    context = {
        "title": "Identifying attributes",
        "attributes": IdentifyingAttribute.objects.select_related("by"),
        "offered": offered_names(),
        "form": form,
    }
    return render(request, "customers/matching/identifying.html", context, status=422 if form.errors else 200)


@require_POST
@may_view
@may_change_identifying
def identifying_remove(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        name = unmark_identifying(pk, by=request.user)
    except IdentifyingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{isolated(name)} no longer identifies customers.")
    return redirect("customers:identifying")
