from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import customer_numbers
from customers.merging import drafts
from customers.merging.allowed import NotAllowedError
from customers.merging.forms.values import ValuesForm
from customers.merging.meanwhile import (
    AlreadyMergedError,
    MergedMeanwhileError,
    StalePlanError,
    refuse_already_merged,
    refuse_lost_race,
    stale,
)
from customers.merging.merge import merge_customers
from customers.merging.plan import MergeError, MergePlan
from customers.merging.preview import merge_sides, preview_merge, value_changes
from customers.merging.second_person.policy import SecondPersonError, why_second_person
from customers.merging.second_person.requests import requests_among
from customers.merging.views.asked import asked
from customers.merging.views.came_from import came_from, keeps_list
from customers.merging.views.merged import merged
from customers.merging.views.shared import choose_url, chosen, get_customer, merge_title, values_url, warn_not_merged
from customers.merging.warnings import merge_warnings
from customers.models import Customer, MergeDraft, Via
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_merge, may_view


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
@keeps_list
def merge_confirm(request: StaffRequest, pk: int, draft: str) -> HttpResponse:
    survivor = get_customer(pk)
    kept = drafts.find(pk, by=request.user)
    if kept is None or str(kept.pk) != draft:
        return _not_kept(request, survivor, draft)
    try:
        refuse_already_merged(kept.fingerprint)
        if not kept.duplicate_ids:
            return _not_kept(request, survivor, draft)
        if request.method == "POST":
            return _merge(request, survivor, kept)
        customers = chosen(request, survivor, kept.duplicate_ids)
        return _page(request, customers, _reviewed(request, customers, kept))
    except AlreadyMergedError as error:
        messages.info(request, str(error))
        return redirect(error.merge.survivor.live_root())
    except MergedMeanwhileError as error:
        messages.info(request, emphasised("Already merged.", str(error)))
        return redirect(error.merge.survivor.live_root())
    except StalePlanError as error:
        warn_not_merged(request, str(error))
        return redirect(values_url(survivor, kept.duplicate_ids))
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from None
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor.live_root(), kept.duplicate_ids))


def _not_kept(request: StaffRequest, survivor: Customer, draft: str) -> HttpResponse:
    if drafts.is_of_another(draft, survivor, by=request.user):
        warn_not_merged(request, "This is the selection of another user. Make your own.")
    # A survivor that was merged meanwhile says so itself, on the way to its own survivor.
    elif survivor.is_live:
        warn_not_merged(request, "Your selection has expired. Select again.")
    return redirect("customers:merge", survivor.pk)


def _reviewed(request: StaffRequest, customers: list[Customer], kept: MergeDraft) -> MergePlan:
    plan = ValuesForm(customers, draft=kept, by=request.user).review()
    if plan is None or plan.fingerprint != kept.fingerprint:
        raise stale(kept.versions)
    return plan


def _page(request: StaffRequest, customers: list[Customer], plan: MergePlan) -> HttpResponse:
    survivor, *duplicates = customers
    preview = preview_merge(customers, plan)
    context = {
        "title": merge_title(survivor, customers[1:]),
        "survivor": survivor,
        "duplicates": merge_sides(duplicates, preview.totals, {}),
        "numbers": customer_numbers(plan.duplicate_ids),
        "plan": plan,
        "changes": value_changes(customers, plan),
        "preview": preview,
        "second_person": why_second_person(customers),
        "merge_requests": requests_among(plan.ids),
        "longest_reason": LONGEST_REASON,
        "back": values_url(survivor, plan.duplicate_ids),
        "came_from": came_from(request),
    }
    return render(request, "customers/merging/merge_confirm.html", context)


def _merge(request: StaffRequest, survivor: Customer, kept: MergeDraft) -> HttpResponse:
    if request.POST.get("fingerprint") != kept.fingerprint:
        raise MergeError("The form differs from what was shown. Select again.")
    refuse_lost_race(Customer.objects.filter(pk__in=kept.versions).select_related("merged_into"))
    customers = chosen(request, survivor, kept.duplicate_ids)
    plan = _reviewed(request, customers, kept)
    try:
        merge = merge_customers(
            plan,
            by=request.user,
            via=Via.PAGE,
            reason=reason_in(request),
            warnings=merge_warnings(customers, plan),
        )
    except SecondPersonError as error:
        return asked(
            request,
            plan,
            error.reasons,
            draft=kept,
            back=reverse("customers:merge_confirm", args=[survivor.pk, kept.pk]),
        )
    drafts.finish(kept)
    return merged(request, merge, customers, records_shown=kept.records)
