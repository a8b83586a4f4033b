"""What can be done to a purchase, on pages that ask before they act."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.web.messages import emphasised
from orders.models import Purchase
from orders.pages.forms.purchase import BillingForm, CancelForm, PauseForm, PurchaseForm, ReactivateForm
from orders.pages.views.purchase import get_purchase
from orders.permissions import CHANGE_BILLING, may_cancel, may_change_billing, may_view_orders
from orders.subscriptions.billing import change_billing, refuse_billing_change
from orders.subscriptions.cancel import (
    cancel_purchase,
    keep_purchase,
    refuse_cancel,
    schedule_cancellation,
    scheduled_day,
)
from orders.subscriptions.change import PurchaseError, shown_date
from orders.subscriptions.pause import (
    pause_purchase,
    proposed_next_bill,
    reactivate_purchase,
    refuse_pause,
    refuse_reactivation,
)

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

CANCEL_LEAD = "The purchase is not billed on or after that date. Orders and memberships are kept."


@dataclass(frozen=True)
class Words:
    """The texts of a page that asks first."""

    title: str
    crumb: str
    lead: str
    button: str
    stay: str = "Cancel"


def _name(purchase: Purchase) -> str:
    return f"purchase {purchase.pk}, {isolated(purchase.product)}"


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_cancel(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = CancelForm(purchase, request.POST or None)

    def act() -> str:
        reason, seen = form.cleaned_data["reason"], form.cleaned_data["seen"]
        if day := form.on:
            schedule_cancellation(purchase, day, reason=reason, seen=seen, by=request.user)
            return f"The purchase will be cancelled on {shown_date(day)}."
        cancel_purchase(purchase, reason=reason, seen=seen, by=request.user)
        return "Purchase cancelled."

    lead = " ".join(filter(None, [_scheduled(purchase), CANCEL_LEAD]))
    words = Words(f"Cancel {_name(purchase)}?", "Cancel", lead, "Cancel purchase", stay="Go back")
    return _asked(request, form, refuse_cancel, act, words)


def _scheduled(purchase: Purchase) -> str:
    """The cancellation that a new one replaces."""
    if purchase.cancels_on is None:
        return ""
    on, reason = shown_date(purchase.cancels_on), isolated(purchase.cancel_reason)
    if reason:
        return f"A cancellation is already scheduled for {on} ({reason}). Your choice here replaces it."
    return f"A cancellation is already scheduled for {on}. Your choice here replaces it."


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_keep(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PurchaseForm(purchase, request.POST or None)

    def act() -> str:
        keep_purchase(purchase, seen=form.cleaned_data["seen"], by=request.user)
        return "Cancellation removed. The purchase stays active."

    lead = "The scheduled cancellation is removed, and billing continues."
    if purchase.cancels_on:
        lead = f"The cancellation scheduled for {shown_date(purchase.cancels_on)} is removed, and billing continues."
    words = Words(f"Keep {_name(purchase)}?", "Keep", lead, "Keep purchase", stay="Go back")
    return _asked(request, form, scheduled_day, act, words)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_pause(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PauseForm(purchase, request.POST or None)

    def act() -> str:
        pause_purchase(purchase, form.cleaned_data["until"], seen=form.cleaned_data["seen"], by=request.user)
        return "Purchase paused."

    words = Words(f"Pause {_name(purchase)}?", "Pause", "A paused purchase is not billed.", "Pause purchase")
    return _asked(request, form, refuse_pause, act, words)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_reactivate(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    may_choose = request.user.has_perm(CHANGE_BILLING)
    form = ReactivateForm(purchase, request.POST or None, may_choose=may_choose)

    def act() -> str:
        next_bill = form.cleaned_data.get("next_bill")
        reactivate_purchase(purchase, next_bill, seen=form.cleaned_data["seen"], by=request.user)
        return f"Purchase reactivated. The next bill is on {shown_date(next_bill or proposed_next_bill(purchase))}."

    lead = "The purchase is billed again from the next bill date."
    if not may_choose:
        lead = f"The purchase is billed again from {shown_date(proposed_next_bill(purchase))}."
    words = Words(f"Reactivate {_name(purchase)}?", "Reactivate", lead, "Reactivate purchase")
    return _asked(request, form, refuse_reactivation, act, words)


@require_http_methods(["GET", "POST"])
@may_change_billing
@may_view_orders
def purchase_billing(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = BillingForm(purchase, request.POST or None)

    def act() -> str:
        given = form.cleaned_data
        about = {"price": given["price"], "next_bill": given["next_bill"], "seen": given["seen"]}
        change_billing(purchase, **about, by=request.user)
        return "Billing changed."

    lead = "Changes apply from the next bill. Past bills stay as they are."
    words = Words(f"Change billing of {_name(purchase)}?", "Change billing", lead, "Save billing")
    return _asked(request, form, refuse_billing_change, act, words)


def _asked(
    request: "StaffRequest",
    form: PurchaseForm,
    refuse: Callable[[Purchase], object],
    act: Callable[[], str],
    words: Words,
) -> HttpResponse:
    """Ask first, then `act`, which returns what it did; back to the purchase when it cannot be done."""
    try:
        refuse(form.purchase)
        if request.method == "POST" and form.is_valid():
            messages.success(request, act())
            return redirect(form.purchase)
    except PurchaseError as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect(form.purchase)
    return _page(request, form, words)


def _page(request: "StaffRequest", form: PurchaseForm, words: Words) -> HttpResponse:
    purchase = form.purchase
    context = {
        **asdict(words),
        "form": form,
        "acts_on": purchase,
        "customer": purchase.source_record.customer,
        "last": f"Purchase {purchase.pk}: {isolated(purchase.product)}",
    }
    return render(request, "orders/order/act.html", context, status=422 if form.errors else 200)
