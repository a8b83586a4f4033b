"""Pages that ask for confirmation before they cancel a purchase, or keep one whose cancellation is planned."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from customers.engagement import notes
from customers.lib.phrases import isolated
from customers.permissions import CHANGE_CUSTOMERS
from customers.web.permissions import StaffRequest
from customers.web.second_question import require_answer
from orders.locks import OrderError
from orders.models import Purchase
from orders.pages.forms.cancel_purchase import CancelForm
from orders.pages.forms.purchase import PurchaseForm
from orders.pages.views.confirm import Confirmation, confirm_purchase_change, purchase_title
from orders.pages.views.payments import add_outcome
from orders.pages.views.purchase import get_purchase
from orders.payments.cancel_and_refund import LastBilling, cancel_and_refund, last_billing
from orders.permissions import REFUND, may_cancel, may_view_orders
from orders.subscriptions.cancel import (
    cancel_purchase,
    keep_purchase,
    notice_sentence,
    refuse_cancel,
    refuse_keep,
    schedule_after_bill,
    schedule_cancellation,
)
from orders.subscriptions.common import shown_date

if TYPE_CHECKING:
    from crm.accounts.models import User

CANCEL_LEAD = "Nothing is billed on or after the date of the cancellation. Orders and memberships are kept."


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
def purchase_cancel(request: StaffRequest, pk: int) -> HttpResponse:
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

    title, lead = purchase_title("Cancel purchase {number}, {product}?", purchase), _cancel_lead(purchase)
    texts = Confirmation(title, "Cancel", lead, "Cancel purchase", cancel_label="Go back")
    return confirm_purchase_change(request, form, refuse_cancel, act, texts)


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
    return " ".join(filter(None, [_scheduled_sentence(purchase), CANCEL_LEAD, notice_sentence(purchase)]))


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
def purchase_keep(request: StaffRequest, pk: int) -> HttpResponse:
    purchase = get_purchase(pk)
    form = PurchaseForm(purchase, request.POST or None)

    def act() -> str:
        keep_purchase(purchase, seen=form.cleaned_data["seen"], by=request.user)
        return "Scheduled cancellation removed."

    lead = "The scheduled cancellation will be removed."
    if purchase.cancels_on:
        lead = f"The cancellation scheduled for {shown_date(purchase.cancels_on)} will be removed."
    title = purchase_title("Keep purchase {number}, {product}?", purchase)
    texts = Confirmation(title, "Keep", lead, "Keep purchase", cancel_label="Go back")
    return confirm_purchase_change(request, form, refuse_keep, act, texts)
