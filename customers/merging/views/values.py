from collections.abc import Collection

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customers.lib.numbers import parse_number, parse_numbers
from customers.lib.phrases import isolated
from customers.merging import drafts
from customers.merging.allowed import NotAllowedError, refuse_unmatched
from customers.merging.forms.values import ValuesForm
from customers.merging.plan import MergeError, MergePlan
from customers.merging.preview import merge_sides, preview_merge
from customers.merging.views.came_from import came_from, keeps_list
from customers.merging.views.shared import choose_url, chosen, values_url, warn_not_merged, with_survivor
from customers.models import Customer, MergeDraft
from customers.records.ownership import records_by_customer
from customers.web.permissions import StaffRequest, may_merge, may_view


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("value-cart_password")
@may_merge
@may_view
@keeps_list
@with_survivor
def merge_values(request: StaffRequest, survivor: Customer) -> HttpResponse:
    draft = drafts.find(survivor.pk, by=request.user)
    sent = request.POST if request.method == "POST" else request.GET
    pks = parse_numbers(sent.getlist("duplicate")) or (draft.duplicate_ids if draft else [])
    try:
        customers = chosen(request, survivor, pks)
        if request.method == "POST":
            return _keep(request, customers, draft)
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor, pks))
    return _page(request, ValuesForm(customers, draft=draft, by=request.user))


def _keep(request: StaffRequest, customers: list[Customer], draft: MergeDraft | None) -> HttpResponse:
    survivor, *duplicates = customers
    pks = [customer.pk for customer in duplicates]
    if "restart" in request.POST:
        if draft:
            drafts.discard(draft)
        return redirect(values_url(survivor, pks))
    form = ValuesForm(customers, request.POST, draft=draft, by=request.user)
    taken_from = form.take_all_from(parse_number(request.POST["all"])) if "all" in request.POST else None
    plan = None if request.POST.keys() & {"all", "back", "keep", "survivor"} else form.review()
    kept = _keep_draft(request, form, plan)
    if "keep" in request.POST:
        return HttpResponse(status=204)
    if "back" in request.POST:
        return redirect(choose_url(survivor, pks))
    if instead := parse_number(request.POST.get("survivor", "")):
        return _keep_instead(request, customers, instead, kept)
    if plan:
        return redirect("customers:merge_confirm", survivor.pk, kept.pk)
    return _page(request, form, taken_from=taken_from)


def _keep_draft(request: StaffRequest, form: ValuesForm, plan: MergePlan | None) -> MergeDraft:
    return drafts.keep(
        form.customers,
        form.differing,
        by=request.user,
        seen=form.since,
        # The page saves itself while the user types, and then leaves the password out.
        new_password=None if "keep" in request.POST else form.entered.new_password,
        reviewed=(plan, _records_of(plan.duplicate_ids)) if plan else None,
    )


def _keep_instead(request: StaffRequest, customers: list[Customer], instead: int, draft: MergeDraft) -> HttpResponse:
    survivor = next((customer for customer in customers if customer.pk == instead), customers[0])
    others = [customer for customer in customers if customer != survivor]
    try:
        refuse_unmatched(survivor.pk, [customer.pk for customer in others], by=request.user)
    except NotAllowedError as error:
        warn_not_merged(request, str(error))
        survivor, *others = customers
    if survivor != customers[0]:
        drafts.hand_over(draft, [survivor, *others], by=request.user)
    return redirect(values_url(survivor, [customer.pk for customer in others]))


def _records_of(customers: Collection[int]) -> list[int]:
    return [pk for records in records_by_customer(customers).values() for pk in records]


def _page(request: StaffRequest, form: ValuesForm, *, taken_from: Customer | None = None) -> HttpResponse:
    survivor = form.customers[0]
    preview = preview_merge(form.customers, form.shown)
    final_values = form.final_values()
    context = {
        "title": f"Final values for {isolated(survivor.name)}",
        "survivor": survivor,
        "form": form,
        "sides": merge_sides(form.customers, preview.totals, final_values.source_of),
        "final_values": final_values,
        "came_from": came_from(request),
        "preview": preview,
        "taken_from": taken_from,
    }
    return render(request, "customers/merging/merge_values.html", context, status=422 if form.errors else 200)
