"""Pages that ask for confirmation before they pause, reactivate or change a purchase."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from customers.web.permissions import StaffRequest
from orders.pages.forms.purchase import BillingForm, PauseForm, PurchaseForm, ReactivateForm
from orders.pages.views.confirm import Confirmation, confirm_purchase_change, purchase_title
from orders.pages.views.purchase import get_purchase
from orders.permissions import CHANGE_BILLING, may_cancel, may_change_billing, may_view_orders
from orders.subscriptions.billing import change_billing, refuse_billing_change
from orders.subscriptions.common import shown_date
from orders.subscriptions.pause import (
    pause_purchase,
    proposed_next_bill,
    reactivate_purchase,
    refuse_pause,
    refuse_reactivation,
    remove_pause,
    schedule_pause,
    scheduled_pause,
)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_pause(request: StaffRequest, pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PauseForm(purchase, request.POST or None)

    def act() -> str:
        about: Mapping[str, Any] = {"seen": form.cleaned_data["seen"], "by": request.user}
        if form.is_later:
            day = schedule_pause(purchase, form.cleaned_data["until"], **about)
            return f"The purchase will be paused before its bill on {shown_date(day)}."
        pause_purchase(purchase, form.cleaned_data["until"], **about)
        return "Purchase paused."

    title, lead = purchase_title("Pause purchase {number}, {product}?", purchase), "A paused purchase is not billed."
    texts = Confirmation(title, "Pause", lead, "Pause purchase")
    return confirm_purchase_change(request, form, refuse_pause, act, texts)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_unpause(request: StaffRequest, pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PurchaseForm(purchase, request.POST or None)

    def act() -> str:
        remove_pause(purchase, seen=form.cleaned_data["seen"], by=request.user)
        return "Scheduled pause removed."

    lead = "The scheduled pause will be removed, so the next bill is charged."
    title = purchase_title("Remove the pause of purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Remove pause", lead, "Remove pause", cancel_label="Go back")
    return confirm_purchase_change(request, form, scheduled_pause, act, texts)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_reactivate(request: StaffRequest, pk: int) -> HttpResponse:
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
    title = purchase_title("Reactivate purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Reactivate", lead, "Reactivate purchase")
    return confirm_purchase_change(request, form, refuse_reactivation, act, texts)


@require_http_methods(["GET", "POST"])
@may_change_billing
@may_view_orders
def purchase_billing(request: StaffRequest, pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = BillingForm(purchase, request.POST or None)

    def act() -> str:
        values = form.cleaned_data
        price, next_bill = values["price"], values["next_bill"]
        change_billing(purchase, price=price, next_bill=next_bill, seen=values["seen"], by=request.user)
        return "Billing changed."

    lead = "Changes apply from the next bill. Past bills stay as they are."
    title = purchase_title("Change billing of purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Change billing", lead, "Save billing")
    return confirm_purchase_change(request, form, refuse_billing_change, act, texts)
