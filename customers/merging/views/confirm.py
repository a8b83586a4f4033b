from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import customer_numbers, join_words
from customers.merging import drafts
from customers.merging.allowed import NotAllowedError
from customers.merging.forms.values import ValuesForm
from customers.merging.merge import (
    AlreadyMergedError,
    StalePlanError,
    merge_customers,
    refuse_already_merged,
    refuse_lost_race,
    stale,
)
from customers.merging.plan import MergeError, MergePlan
from customers.merging.preview import preview_merge, value_changes
from customers.merging.views.shared import choose_url, chosen, get_customer, values_url, warn_not_merged
from customers.merging.warnings import merge_warnings
from customers.models import Customer, MergeDraft, Via
from customers.totals.sums import OrderTotals, order_totals
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised, message_with_button
from customers.web.permissions import UNDO, may_merge, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
def merge_confirm(request: "StaffRequest", pk: int, draft: str) -> HttpResponse:
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
    except StalePlanError as error:
        warn_not_merged(request, str(error))
        return redirect(values_url(survivor, kept.duplicate_ids))
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from None
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor.live_root(), kept.duplicate_ids))


def _not_kept(request: "StaffRequest", survivor: Customer, draft: str) -> HttpResponse:
    if drafts.is_of_another(draft, survivor, by=request.user):
        warn_not_merged(request, "This is the selection of another user. Make your own.")
    # A survivor that was merged meanwhile says so itself, on the way to its own survivor.
    elif survivor.is_live:
        warn_not_merged(request, "Your selection has expired. Select again.")
    return redirect("customers:merge", survivor.pk)


def _reviewed(request: "StaffRequest", customers: list[Customer], kept: MergeDraft) -> MergePlan:
    plan = ValuesForm(customers, draft=kept, by=request.user).review()
    if plan is None or plan.fingerprint != kept.fingerprint:
        raise stale(kept.versions)
    return plan


def _page(request: "StaffRequest", customers: list[Customer], plan: MergePlan) -> HttpResponse:
    survivor, *duplicates = customers
    preview = preview_merge(customers, plan)
    context = {
        "title": _title(survivor, customers[1:]),
        "survivor": survivor,
        "duplicates": [{"customer": customer, "totals": preview.totals[customer.pk]} for customer in duplicates],
        "numbers": customer_numbers(plan.duplicate_ids),
        "plan": plan,
        "changes": value_changes(customers, plan),
        "preview": preview,
        "longest_reason": LONGEST_REASON,
        "back": values_url(survivor, plan.duplicate_ids),
    }
    return render(request, "customers/merging/merge_confirm.html", context)


def _title(survivor: Customer, duplicates: list[Customer]) -> str:
    if len(duplicates) == 1:
        return f"Merge {duplicates[0].name_with_number} into {survivor.name_with_number}?"
    text = ngettext(
        "Merge %(number)s customer into %(survivor)s?", "Merge %(number)s customers into %(survivor)s?", len(duplicates)
    )
    return text % {"number": len(duplicates), "survivor": survivor.name_with_number}


def _merge(request: "StaffRequest", survivor: Customer, kept: MergeDraft) -> HttpResponse:
    if request.POST.get("fingerprint") != kept.fingerprint:
        raise MergeError("The form differs from what was shown. Select again.")
    refuse_lost_race(Customer.objects.filter(pk__in=kept.versions))
    customers = chosen(request, survivor, kept.duplicate_ids)
    plan = _reviewed(request, customers, kept)
    merge = merge_customers(
        plan,
        by=request.user,
        via=Via.PAGE,
        reason=reason_in(request),
        warnings=merge_warnings(customers, plan),
    )
    drafts.finish(kept)
    survivor.refresh_from_db()
    moved = {pk for member in merge.members.all() for pk in member.records}
    undo = reverse("customers:merge_undo", args=[merge.pk]) if request.user.has_perm(UNDO) else ""
    messages.success(request, _merged_message(customers, moved, came=len(moved - {*kept.records}), undo=undo))
    return redirect(survivor)


def _merged_message(customers: list[Customer], moved: Collection[int], *, came: int, undo: str) -> str:
    sentences = [_merged_sentence(customers), _moved_sentence(moved), _received_sentence(came)]
    text = " ".join(filter(None, sentences))
    if undo:
        return message_with_button(text, url=undo, label="Undo", strong="Merged.")
    return emphasised("Merged.", text)


def _merged_sentence(customers: list[Customer]) -> str:
    survivor, *duplicates = (customer.name_with_number for customer in customers)
    text = ngettext(
        "%(names)s was merged into %(survivor)s.", "%(names)s were merged into %(survivor)s.", len(duplicates)
    )
    return text % {"names": join_words(duplicates), "survivor": survivor}


def _moved_sentence(records: Collection[int]) -> str:
    orders = sum(order_totals(records).values(), OrderTotals()).orders
    text = ngettext(
        "%(orders)s order and all other records were moved.",
        "%(orders)s orders and all other records were moved.",
        orders,
    )
    return text % {"orders": f"{orders:,}"} if orders else ""


def _received_sentence(records: int) -> str:
    text = ngettext(
        "This includes %(records)s source record received meanwhile.",
        "This includes %(records)s source records received meanwhile.",
        records,
    )
    return text % {"records": records} if records else ""
