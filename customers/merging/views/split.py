from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.merging.split import SplitError, SplitPlan, StaleSplitError, plan_split, split_record
from customers.merging.split_preview import preview_split
from customers.models import Customer, SourceRecord
from customers.profile.fields import REFERENCE_KEYS
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.messages import emphasised, message_with_button
from customers.web.permissions import StaffRequest, may_split, may_view

RELATED = ("origin", "data_source", *(f"customer__{key}" for key in REFERENCE_KEYS))


@require_http_methods(["GET", "POST"])
@may_split
@may_view
def record_split(request: StaffRequest, pk: int, record: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    source_record = get_object_or_404(SourceRecord.objects.select_related(*RELATED), pk=record)
    if source_record.customer_id != pk:
        return _redirect_to_current(request, source_record, customer)
    try:
        plan = plan_split(source_record)
        return _split(request, plan) if request.method == "POST" else _page(request, plan)
    except StaleSplitError as error:
        _warn_not_split(request, str(error))
        return redirect("customers:split", pk, record)
    except SplitError as error:
        _warn_not_split(request, str(error))
        return redirect(f"{source_record.customer.get_absolute_url()}?tab=sources#rows")


def _redirect_to_current(request: StaffRequest, record: SourceRecord, customer: Customer) -> HttpResponse:
    messages.info(request, f"Nothing was split: {isolated(record)} now belongs to {record.customer.name_with_number}.")
    if customer.live_root() == record.customer:
        return redirect("customers:split", record.customer_id, record.pk)
    return redirect(record.customer)


def _warn_not_split(request: StaffRequest, reason: str) -> None:
    messages.error(request, emphasised("Nothing was split.", reason))


def _page(request: StaffRequest, plan: SplitPlan) -> HttpResponse:
    context = {
        "title": f"Split record {isolated(plan.record)}?",
        "plan": plan,
        "customer": plan.customer,
        "preview": preview_split(plan),
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "customers/merging/record_split.html", context)


def _split(request: StaffRequest, plan: SplitPlan) -> HttpResponse:
    seen = request.POST.get("seen") or "nothing"
    new = split_record(plan.record, by=request.user, reason=reason_in(request), seen=seen)
    text = f"{isolated(plan.record)} is now a separate customer, shown here."
    back = {"url": plan.customer.get_absolute_url(), "label": f"Go to {isolated(plan.customer.name)}"}
    messages.success(request, message_with_button(text, strong="Split.", **back))
    return redirect(new)
