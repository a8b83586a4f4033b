"""Pages that ask for confirmation before they cancel, pause or change a purchase."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from customers.engagement import notes
from customers.lib.phrases import isolated
from customers.web.messages import emphasised
from customers.web.permissions import CHANGE_CUSTOMERS
from customers.web.second_question import require_answer
from orders.locks import OrderError
from orders.models import Purchase
from orders.pages.forms.cancel_purchase import CancelForm
from orders.pages.forms.purchase import BillingForm, PauseForm, PurchaseForm, ReactivateForm
from orders.pages.views.confirm import Confirmation, confirm_page
from orders.pages.views.payments import add_outcome
from orders.pages.views.purchase import get_purchase
from orders.payments.cancel_and_refund import LastBilling, cancel_and_refund, last_billing
from orders.permissions import CHANGE_BILLING, REFUND, may_cancel, may_change_billing, may_view_orders
from orders.subscriptions.billing import change_billing, refuse_billing_change
from orders.subscriptions.cancel import (
    cancel_purchase,
    keep_purchase,
    notice_sentence,
    refuse_cancel,
    refuse_keep,
    schedule_after_bill,
    schedule_cancellation,
)
from orders.subscriptions.common import PurchaseError, shown_date
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

if TYPE_CHECKING:
    from crm.accounts.models import User
    from customers.web.permissions import StaffRequest

CANCEL_LEAD = "Nothing is billed on or after the date of the cancellation. Orders and memberships are kept."


def _title(title: str, purchase: Purchase) -> str:
    return title.format(number=purchase.pk, product=isolated(purchase.product))


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_cancel(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    user = request.user
    billing = _refundable_billing(purchase) if user.has_perm(REFUND) else None
    form = CancelForm(purchase, request.POST or None, billing=billing, may_note=user.has_perm(CHANGE_CUSTOMERS))

    def act() -> str:
        if amount := form.refund_amount:
            require_answer(request)
            reason = form.cleaned_data["reason"]
            refund = cancel_and_refund(purchase, lambda: _cancel(form, by=user), amount, reason=reason, by=user)
            add_outcome(request, refund)
        else:
            with transaction.atomic():
                _cancel(form, by=user)
        return form.outcome

    title, lead = _title("Cancel purchase {number}, {product}?", purchase), _cancel_lead(purchase)
    texts = Confirmation(title, "Cancel", lead, "Cancel purchase", cancel_label="Go back")
    return _confirm(request, form, refuse_cancel, act, texts)


def _refundable_billing(purchase: Purchase) -> LastBilling | None:
    try:
        return last_billing(purchase)
    except OrderError:
        return None


def _cancel(form: CancelForm, *, by: "User") -> None:
    purchase, values = form.purchase, form.cleaned_data
    reason, seen = values["reason"], values["seen"]
    if form.is_after_bill:
        schedule_after_bill(purchase, reason=reason, seen=seen, by=by)
    elif form.on:
        bills_until = not values["stop"]
        schedule_cancellation(purchase, form.on, reason=reason, seen=seen, by=by, bills_until=bills_until)
    else:
        cancel_purchase(purchase, reason=reason, seen=seen, by=by)
    if note := values.get("note"):
        notes.add(purchase.source_record.customer, {"text": note}, by=by)


def _cancel_lead(purchase: Purchase) -> str:
    return " ".join(filter(None, [_scheduled_sentence(purchase), CANCEL_LEAD, notice_sentence()]))


def _scheduled_sentence(purchase: Purchase) -> str:
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
        return "Scheduled cancellation removed."

    lead = "The scheduled cancellation will be removed."
    if purchase.cancels_on:
        lead = f"The cancellation scheduled for {shown_date(purchase.cancels_on)} will be removed."
    title = _title("Keep purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Keep", lead, "Keep purchase", cancel_label="Go back")
    return _confirm(request, form, refuse_keep, act, texts)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_pause(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PauseForm(purchase, request.POST or None)

    def act() -> str:
        about: Mapping[str, Any] = {"seen": form.cleaned_data["seen"], "by": request.user}
        if form.is_later:
            day = schedule_pause(purchase, form.cleaned_data["until"], **about)
            return f"The purchase will be paused before its bill on {shown_date(day)}."
        pause_purchase(purchase, form.cleaned_data["until"], **about)
        return "Purchase paused."

    title, lead = _title("Pause purchase {number}, {product}?", purchase), "A paused purchase is not billed."
    texts = Confirmation(title, "Pause", lead, "Pause purchase")
    return _confirm(request, form, refuse_pause, act, texts)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_unpause(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PurchaseForm(purchase, request.POST or None)

    def act() -> str:
        remove_pause(purchase, seen=form.cleaned_data["seen"], by=request.user)
        return "Scheduled pause removed."

    lead = "The scheduled pause will be removed, so the next bill is charged."
    title = _title("Remove the pause of purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Remove pause", lead, "Remove pause", cancel_label="Go back")
    return _confirm(request, form, scheduled_pause, act, texts)


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
    title = _title("Reactivate purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Reactivate", lead, "Reactivate purchase")
    return _confirm(request, form, refuse_reactivation, act, texts)


@require_http_methods(["GET", "POST"])
@may_change_billing
@may_view_orders
def purchase_billing(request: "StaffRequest", pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = BillingForm(purchase, request.POST or None)

    def act() -> str:
        values = form.cleaned_data
        price, next_bill = values["price"], values["next_bill"]
        change_billing(purchase, price=price, next_bill=next_bill, seen=values["seen"], by=request.user)
        return "Billing changed."

    lead = "Changes apply from the next bill. Past bills stay as they are."
    title = _title("Change billing of purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Change billing", lead, "Save billing")
    return _confirm(request, form, refuse_billing_change, act, texts)


def _confirm(
    request: "StaffRequest",
    form: PurchaseForm,
    refuse: Callable[[Purchase], object],
    act: Callable[[], str],
    texts: Confirmation,
) -> HttpResponse:
    """Ask for confirmation, then `act`, which returns a message. Back to the purchase when a rule refuses."""
    purchase = form.purchase
    try:
        refuse(purchase)
        if request.method == "POST" and form.is_valid():
            messages.success(request, act())
            return redirect(purchase)
    except (PurchaseError, OrderError) as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect(purchase)
    name = f"Purchase {purchase.pk}: {isolated(purchase.product)}"
    return confirm_page(request, form, texts, subject=purchase, subject_name=name)
