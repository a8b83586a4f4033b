"""What can be done to a purchase, each on a page that asks first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

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
            return f"It will be cancelled on {shown_date(day)}."
        cancel_purchase(purchase, reason=reason, seen=seen, by=request.user)
        return "The purchase is cancelled."

    lead = f"{_plan_of(purchase)}From then on nothing is billed, not even on that day. Orders and memberships stay."
    words = ("Cancel", lead, "Cancel this purchase")
    return _asked(request, form, refuse_cancel, act, words)


def _plan_of(purchase: Purchase) -> str:
    """What is planned already, which a new choice replaces."""
    if purchase.cancels_on is None:
        return ""
    reason = f" ({purchase.cancel_reason})" if purchase.cancel_reason else ""
    on = shown_date(purchase.cancels_on)
    return f"It will be cancelled on {on} already{reason}; what you choose here replaces that. "


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_keep(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PurchaseForm(purchase, request.POST or None)

    def act() -> str:
        keep_purchase(purchase, seen=form.cleaned_data["seen"], by=request.user)
        return "The purchase goes on."

    planned = f" on {shown_date(purchase.cancels_on)}" if purchase.cancels_on else ""
    lead = f"The cancellation{planned} is taken back, and the purchase goes on being billed."
    return _asked(request, form, scheduled_day, act, ("Keep", lead, "Keep this purchase"))


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_pause(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PauseForm(purchase, request.POST or None)

    def act() -> str:
        pause_purchase(purchase, form.cleaned_data["until"], seen=form.cleaned_data["seen"], by=request.user)
        return "The purchase is paused."

    lead = "Nothing is billed while it is paused."
    return _asked(request, form, refuse_pause, act, ("Pause", lead, "Pause this purchase"))


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
        return f"The purchase is active again. Next bill {shown_date(next_bill or proposed_next_bill(purchase))}."

    day = "that day" if may_choose else shown_date(proposed_next_bill(purchase))
    lead = f"The purchase is billed again from {day} on."
    return _asked(request, form, refuse_reactivation, act, ("Reactivate", lead, "Reactivate this purchase"))


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
        return "The billing is changed."

    lead = "From the next bill on. What was billed already stays as it is."
    return _asked(request, form, refuse_billing_change, act, ("Change billing of", lead, "Save billing"))


def _asked(
    request: "StaffRequest",
    form: PurchaseForm,
    refuse: Callable[[Purchase], object],
    act: Callable[[], str],
    words: tuple[str, str, str],
) -> HttpResponse:
    """Ask first, then `act`, which says what it did; back to the purchase when it cannot be done.

    `words` are what is done, what follows from it, and the button.
    """
    try:
        refuse(form.purchase)
        if request.method == "POST" and form.is_valid():
            messages.success(request, act())
            return redirect(form.purchase)
    except PurchaseError as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect(form.purchase)
    return _page(request, form, *words)


def _page(request: "StaffRequest", form: PurchaseForm, deed: str, lead: str, button: str) -> HttpResponse:
    purchase = form.purchase
    context = {
        "crumb": deed.removesuffix(" of"),
        "title": f"{deed} purchase {purchase.pk}, {purchase.product}?",
        "lead": lead,
        "button": button,
        "form": form,
        "acts_on": purchase,
        "customer": purchase.source_record.customer,
        "last": f"Purchase {purchase.pk}: {purchase.product}",
    }
    return render(request, "orders/order/act.html", context, status=422 if form.errors else 200)
