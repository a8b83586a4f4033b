from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import customer_numbers, join_words
from customers.merging import drafts
from customers.merging.drafts import Draft
from customers.merging.merge import AlreadyMergedError, StalePlanError, merge_customers, refuse_already_merged, replan
from customers.merging.plan import MergeError
from customers.merging.planned_changes import planned
from customers.merging.preview import forecast_merge, warnings
from customers.merging.views.shared import choose_url, chosen, get_customer, refuse_unmatched, warn_not_merged
from customers.models import Customer, Via
from customers.records.counts import Totals, totals
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised, message_with_button
from customers.web.permission_decorators import UNDO, may_merge, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
def merge_confirm(request: "StaffRequest", pk: int, draft: str) -> HttpResponse:
    """The third step: everything once more, then the merge."""
    survivor = get_customer(pk)
    found = drafts.find(request.session, draft, survivor=pk)
    if found is None:
        warn_not_merged(request, "What you had chosen is not kept any more. Choose again.")
        return redirect("customers:merge", pk)
    try:
        if request.method == "POST":
            return _merge(request, survivor, found)
        return _page(request, survivor, found, draft)
    except AlreadyMergedError as error:
        messages.info(request, str(error))
        return redirect(error.merge.survivor.live_root())
    except StalePlanError as error:
        warn_not_merged(request, str(error))
        return redirect(_values_url(survivor, draft))
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor.live_root(), found.plan.duplicate_ids))


def _values_url(survivor: Customer, draft: str) -> str:
    return f"{reverse('customers:merge_values', args=[survivor.pk])}?{urlencode({'draft': draft})}"


def _page(request: "StaffRequest", survivor: Customer, draft: Draft, token: str) -> HttpResponse:
    refuse_already_merged(draft.plan)
    customers = chosen(request, survivor, [str(pk) for pk in draft.plan.duplicate_ids])
    replan(draft.plan, customers[0], customers[1:])
    expected = forecast_merge(customers, draft.plan)
    context = {
        "title": f"Merge {_how_many(customers)} into {survivor.name}?",
        "survivor": survivor,
        "duplicates": [{"customer": each, "totals": expected.totals[each.pk]} for each in customers[1:]],
        "numbers": customer_numbers([customer.pk for customer in customers[1:]]),
        "plan": draft.plan,
        "changes": planned(customers, draft.plan),
        "forecast": expected,
        "longest_reason": LONGEST_REASON,
        "back": _values_url(survivor, token),
    }
    return render(request, "customers/merging/merge_confirm.html", context)


def _how_many(customers: list[Customer]) -> str:
    return f"{len(customers) - 1} customers" if len(customers) > 2 else customers[1].numbered


def _merge(request: "StaffRequest", survivor: Customer, draft: Draft) -> HttpResponse:
    if request.POST.get("fingerprint") != draft.plan.fingerprint:
        raise MergeError("What you sent is not what was shown. Choose again.")
    refuse_already_merged(draft.plan)
    duplicates = list(Customer.objects.filter(pk__in=draft.plan.duplicate_ids).order_by("pk"))
    if all(customer.is_live for customer in (survivor, *duplicates)):
        refuse_unmatched(request, survivor, duplicates)
    merge = merge_customers(
        draft.plan,
        by=request.user,
        via=Via.PAGE,
        reason=reason_in(request),
        warnings=warnings([survivor, *duplicates], draft.plan),
    )
    survivor.refresh_from_db()
    moved = [pk for member in merge.members.all() for pk in member.records]
    undo = reverse("customers:merge_undo", args=[merge.pk]) if request.user.has_perm(UNDO) else ""
    messages.success(request, _merged_message(survivor, duplicates, moved, draft, undo))
    return redirect(survivor)


def _merged_message(survivor: Customer, duplicates: list[Customer], moved: list[int], draft: Draft, undo: str) -> str:
    orders = sum(totals(moved).values(), Totals()).orders
    came = len(set(moved) - draft.records)
    what = (
        f"{orders:,} order{'s' if orders > 1 else ''} and everything else they had" if orders else "everything they had"
    )
    text = (
        f"{join_words([customer.numbered for customer in duplicates])} {'are' if len(duplicates) > 1 else 'is'}"
        f" now part of {survivor.name}, with {what}."
    )
    if came:
        text += f" {came} source record{'s' if came > 1 else ''} that arrived meanwhile came along."
    if undo:
        return message_with_button(text, url=undo, label="Undo", strong="Merged.")
    return emphasised("Merged.", text)
