"""The one page of a merge in which nothing conflicts: it takes the place of the second step and the third."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.numbers import parse_number, parse_numbers
from customers.matching.duplicates import candidates_for
from customers.merging import drafts
from customers.merging.forms.values import ValuesForm
from customers.merging.meanwhile import (
    AlreadyMergedError,
    MergedMeanwhileError,
    StalePlanError,
    refuse_already_merged,
    stale,
)
from customers.merging.merge import merge_customers
from customers.merging.plan import MergeError
from customers.merging.preview import merge_sides, preview_merge, resulting_values
from customers.merging.second_person.policy import SecondPersonError, why_second_person
from customers.merging.second_person.requests import requests_among
from customers.merging.views.asked import asked
from customers.merging.views.came_from import came_from, keeps_list
from customers.merging.views.merged import merged
from customers.merging.views.shared import (
    choose_url,
    chosen,
    get_customer,
    merge_title,
    plain_url,
    values_url,
    warn_not_merged,
    with_survivor,
)
from customers.merging.warnings import merge_warnings
from customers.models import Customer, MergeDraft, Via
from customers.records.ownership import records_by_customer
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_merge, may_view


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
@keeps_list
@with_survivor
def merge_plain(request: StaffRequest, survivor: Customer) -> HttpResponse:
    pks = parse_numbers((request.POST or request.GET).getlist("duplicate"))
    if instead := parse_number(request.POST.get("survivor", "")):
        others = [survivor.pk, *(pk for pk in pks if pk != instead)]
        return redirect(plain_url(get_customer(instead), others))
    try:
        if request.method == "POST":
            refuse_already_merged(request.POST.get("fingerprint", ""))
        draft = drafts.find(survivor.pk, by=request.user)
        form = ValuesForm(chosen(request, survivor, pks), draft=draft, by=request.user)
        if not form.is_plain:
            return redirect(values_url(survivor, pks))
        return _merge(request, form, draft) if request.method == "POST" else _page(request, form)
    except AlreadyMergedError as error:
        messages.info(request, str(error))
        return redirect(error.merge.survivor.live_root())
    except MergedMeanwhileError as error:
        messages.info(request, emphasised("Already merged.", str(error)))
        return redirect(error.merge.survivor.live_root())
    except StalePlanError as error:
        warn_not_merged(request, str(error))
        return redirect(plain_url(survivor, pks))
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor.live_root(), pks))
    except PermissionDenied:
        if request.method == "POST":
            raise
        # The first step says of whom, and lets the user select again.
        return redirect(choose_url(survivor, pks))


def _merge(request: StaffRequest, form: ValuesForm, draft: MergeDraft | None) -> HttpResponse:
    plan = form.default
    if request.POST.get("fingerprint") != plan.fingerprint:
        raise stale(form.since)
    try:
        merge = merge_customers(
            plan,
            by=request.user,
            via=Via.PAGE,
            reason=reason_in(request),
            warnings=merge_warnings(form.customers, plan),
        )
    except SecondPersonError as error:
        return asked(
            request,
            plan,
            error.reasons,
            draft=draft if form.is_kept else None,
            back=plain_url(form.customers[0], plan.duplicate_ids),
        )
    if draft:
        drafts.discard(draft)
    records = parse_numbers(request.POST.get("records", "").split())
    return merged(request, merge, [*form.customers], records_shown=records)


def _page(request: StaffRequest, form: ValuesForm) -> HttpResponse:
    survivor, *duplicates = form.customers
    preview = preview_merge(form.customers, form.default)
    records = records_by_customer([customer.pk for customer in duplicates])
    context = {
        "title": merge_title(survivor, duplicates),
        "survivor": survivor,
        "sides": merge_sides(form.customers, preview.totals, form.final_values().source_of),
        "candidates": candidates_for(survivor, duplicates),
        "plan": form.default,
        "records": " ".join(str(pk) for pks in records.values() for pk in pks),
        "result": list(resulting_values(form.customers, form.default)),
        "preview": preview,
        "second_person": why_second_person(form.customers),
        "merge_requests": requests_among(form.default.ids),
        "longest_reason": LONGEST_REASON,
        "change_selection": choose_url(survivor, form.default.duplicate_ids),
        "edit_values": values_url(survivor, form.default.duplicate_ids),
        "came_from": came_from(request),
    }
    return render(request, "customers/merging/merge_plain.html", context)
