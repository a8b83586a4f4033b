from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.merging.split import SplitError, SplitPlan, StaleSplitError, plan_split, split_record
from customers.merging.split_preview import preview_split
from customers.models import Customer, SourceRecord
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised, message_with_button
from customers.web.permissions import may_split, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

KNOWN_BY = ("origin", "data_source", "customer__pay_source", "customer__cart_login", "customer__cart_password")


@require_http_methods(["GET", "POST"])
@may_split
@may_view
def record_split(request: "StaffRequest", pk: int, record: int) -> HttpResponse:
    """What a split of this record takes along and what stays; then the split."""
    customer = get_object_or_404(Customer, pk=pk)
    found = get_object_or_404(SourceRecord.objects.select_related(*KNOWN_BY), pk=record)
    if found.customer_id != pk:
        return _lead_to(request, found, customer)
    try:
        plan = plan_split(found)
        return _split(request, plan) if request.method == "POST" else _page(request, plan)
    except StaleSplitError as error:
        _say_nothing_split(request, str(error))
        return redirect("customers:split", pk, record)
    except SplitError as error:
        _say_nothing_split(request, str(error))
        return redirect(f"{found.customer.get_absolute_url()}?tab=sources#rows")


def _lead_to(request: "StaffRequest", record: SourceRecord, customer: Customer) -> HttpResponse:
    """A record that is with somebody else: it was split off before, or merged away with its customer."""
    messages.info(request, f"Nothing was split: {isolated(record)} now belongs to {record.customer.numbered}.")
    if customer.live_root() == record.customer:
        return redirect("customers:split", record.customer_id, record.pk)
    return redirect(record.customer)


def _say_nothing_split(request: "StaffRequest", why: str) -> None:
    messages.error(request, emphasised("Nothing was split.", why))


def _page(request: "StaffRequest", plan: SplitPlan) -> HttpResponse:
    context = {
        "title": f"Split record {isolated(plan.record)}?",
        "plan": plan,
        "customer": plan.customer,
        "parting": preview_split(plan),
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "customers/merging/record_split.html", context)


def _split(request: "StaffRequest", plan: SplitPlan) -> HttpResponse:
    seen = request.POST.get("seen") or "nothing"
    new = split_record(plan.record, by=request.user, reason=reason_in(request), seen=seen)
    text = f"{isolated(plan.record)} is now a separate customer, shown here."
    back = {"url": plan.customer.get_absolute_url(), "label": f"Go to {isolated(plan.customer.name)}"}
    messages.success(request, message_with_button(text, strong="Split.", **back))
    return redirect(new)
