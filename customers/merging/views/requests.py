"""Merge requests: their list, one with the preview of its merge, and the answers."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from customers.lib.phrases import with_number
from customers.merging.forms.values import ValuesForm
from customers.merging.meanwhile import changes_since, describe_changes
from customers.merging.plan import MergeError, MergePlan
from customers.merging.preview import merge_sides, preview_merge, value_changes
from customers.merging.second_person.answer import confirm_request, refuse_request, withdraw_request
from customers.merging.second_person.ask import RequestError
from customers.merging.second_person.requests import answered_requests, note_as_told, waiting_requests
from customers.merging.warnings import merge_warnings
from customers.models import Customer, MergeDraft, MergeRequest
from customers.permissions import REVIEW
from customers.profile.fields import REFERENCE_KEYS
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_merge, may_review, may_view


@require_safe
@may_merge
@may_view
def merge_request_list(request: StaffRequest) -> HttpResponse:
    context = {"title": "Merge requests", "waiting": waiting_requests(), "answered": answered_requests()}
    return render(request, "customers/merging/merge_request_list.html", context)


@require_safe
@may_merge
@may_view
def merge_request(request: StaffRequest, pk: int) -> HttpResponse:
    asked = _get(pk)
    customers = _customers(asked)
    context: dict[str, Any] = {
        "title": str(asked),
        "asked": asked,
        "customers": customers,
        "longest_reason": LONGEST_REASON,
        "is_own": asked.by_id == request.user.pk,
        "may_answer": asked.by_id != request.user.pk and request.user.has_perm(REVIEW),
    }
    if asked.is_waiting:
        try:
            context |= _shown(asked, customers)
        except MergeError as error:
            context["problem"] = str(error)
    note_as_told(asked, reader=request.user)
    return render(request, "customers/merging/merge_request.html", context)


def _shown(asked: MergeRequest, customers: Sequence[Customer]) -> dict[str, Any]:
    plan = _plan(asked, customers)
    preview = preview_merge(customers, plan)
    changed = changes_since({int(pk): version for pk, version in asked.seen.items()})
    return {
        "plan": plan,
        "changed": describe_changes(changed) if plan.fingerprint != asked.fingerprint or changed else "",
        "survivor": customers[0],
        "duplicates": merge_sides(customers[1:], preview.totals, {}),
        "changes": value_changes(customers, plan, entered_by=str(asked.by)),
        "preview": preview,
    }


def _plan(asked: MergeRequest, customers: Sequence[Customer]) -> MergePlan:
    """What was asked for, with the values of now."""
    kept = MergeDraft(entered=asked.entered, new_password=asked.new_password, seen=asked.seen)
    form = ValuesForm(customers, draft=kept, by=asked.by)
    plan = form.review()
    if plan is None:
        raise RequestError(" ".join(form.errors.values()))
    return plan


def _get(pk: int) -> MergeRequest:
    return get_object_or_404(MergeRequest.objects.select_related("by", "answered_by", "merge", "survivor"), pk=pk)


def _customers(asked: MergeRequest) -> list[Customer]:
    """The survivor first."""
    customers = asked.customers.select_related("merged_into", *REFERENCE_KEYS).order_by("pk")
    return sorted(customers, key=lambda customer: customer.pk != asked.survivor_id)


@require_POST
@may_review
@may_merge
@may_view
def merge_request_confirm(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    asked = _get(pk)

    def confirm() -> SafeString:
        customers = _customers(asked)
        plan = _plan(asked, customers)
        if plan.fingerprint != request.POST.get("fingerprint"):
            raise RequestError("The customers were changed since you opened this page. Check the values again.")
        warnings = merge_warnings(customers, plan)
        merge = confirm_request(asked, plan, answer=reason_in(request), warnings=warnings, by=request.user)
        return emphasised("Merged.", f"{merge} into {with_number(merge.survivor_name, merge.survivor_id)}.")

    return _answered(request, asked, confirm)


@require_POST
@may_review
@may_merge
@may_view
def merge_request_refuse(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    asked = _get(pk)

    def refuse() -> SafeString:
        refuse_request(asked, answer=reason_in(request), by=request.user)
        return emphasised("Refused.", "Nothing was merged.")

    return _answered(request, asked, refuse)


@require_POST
@may_merge
@may_view
def merge_request_withdraw(request: StaffRequest, pk: int) -> HttpResponseRedirect:
    asked = _get(pk)

    def withdraw() -> SafeString:
        withdraw_request(asked, by=request.user)
        return emphasised("Withdrawn.", "Nothing was merged.")

    return _answered(request, asked, withdraw)


def _answered(request: StaffRequest, asked: MergeRequest, answer: Callable[[], SafeString]) -> HttpResponseRedirect:
    try:
        messages.success(request, answer())
    except MergeError as error:
        messages.error(request, emphasised("Nothing was answered.", str(error)))
    return redirect(asked)
