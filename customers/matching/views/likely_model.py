from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.lib.numbers import parse_number
from customers.matching.likely.answers import precision_by_band
from customers.matching.likely.model_in_use import ModelError, model_in_use, trained_model_in_use, use_model
from customers.matching.likely.parameters import parameters
from customers.models import TrainedModel
from customers.web.permissions import StaffRequest, may_start_rebuild, may_view

MOST_SHOWN = 10


@require_safe
@may_view
def likely_model(request: StaffRequest) -> HttpResponse:
    model = model_in_use()
    context = {
        "title": "How likely duplicates are found",
        "in_use": trained_model_in_use(),
        "parameters": list(parameters(model)),
        "bands": list(zip(precision_by_band(model.version), precision_by_band(), strict=True)),
        "trained": TrainedModel.objects.select_related("by")[:MOST_SHOWN],
    }
    return render(request, "customers/matching/likely_model.html", context)


@require_POST
@may_view
@may_start_rebuild
def likely_model_use(request: StaffRequest) -> HttpResponse:
    """`model` is the number of a trained model, or empty for the one that ships."""
    text = request.POST.get("model", "")
    try:
        use_model((parse_number(text) or 0) if text else None, by=request.user)
    except ModelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The model is in use from the next scan on. Scan all customers to see what it finds.")
    return redirect("customers:likely_model")
