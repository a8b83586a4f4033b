from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customers.lib.numbers import parse_number
from customers.merging import drafts
from customers.merging.forms.values import ValuesForm
from customers.merging.plan import MergeError
from customers.merging.preview import forecast_merge, records_by_customer
from customers.merging.views.shared import choose_url, chosen, warn_not_merged, with_survivor
from customers.models import Customer
from customers.web.permission_decorators import may_merge, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("value-cart_password")
@may_merge
@may_view
@with_survivor
def merge_values(request: "StaffRequest", survivor: Customer) -> HttpResponse:
    """The second step: what each field becomes."""
    data = request.POST if request.method == "POST" else request.GET
    token = data.get("draft", "")
    draft = drafts.find(request.session, token, survivor=survivor.pk)
    pks = data.getlist("duplicate") or [str(pk) for pk in (draft.plan.duplicate_ids if draft else ())]
    try:
        customers = chosen(request, survivor, pks)
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor, pks))
    if draft and draft.plan.ids != tuple(customer.pk for customer in customers):
        draft = None
    form = ValuesForm(customers, request.POST if request.method == "POST" else None, draft=draft)
    if "all" in request.POST:
        taken_from = form.take_all_from(parse_number(request.POST["all"]))
        return _page(request, form, token, taken_from=taken_from)
    if form.is_valid():
        records = [pk for some in records_by_customer(form.plan.duplicate_ids).values() for pk in some]
        token = drafts.keep(request.session, form.plan, records)
        return redirect("customers:merge_confirm", survivor.pk, token)
    return _page(request, form, token)


def _page(request: "StaffRequest", form: ValuesForm, token: str, *, taken_from: Customer | None = None) -> HttpResponse:
    survivor, *duplicates = form.customers
    context = {
        "title": f"Final values for {survivor.name}",
        "survivor": survivor,
        "form": form,
        "grid": form.grid(),
        "forecast": forecast_merge(form.customers, form.shown),
        "draft": token,
        "taken_from": taken_from,
        "back": choose_url(survivor, [customer.pk for customer in duplicates]),
    }
    return render(request, "customers/merging/merge_values.html", context, status=422 if form.errors else 200)
