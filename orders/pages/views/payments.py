"""Rerunning a declined order, refunding a paid one, and resolving a payment the gateway does not answer."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import isolated
from customers.models import Customer
from customers.web.messages import emphasised
from orders.locks import OrderError
from orders.models import Order, Transaction, TransactionKind, TransactionStatus
from orders.pages.forms.payment import RefundForm, RerunForm, SettleForm
from orders.pages.views.order import get_order
from orders.payments.record_answer import LostAnswerError, amount_text, outcome_sentence
from orders.payments.refund import refund_order, refundable_payments
from orders.payments.rerun import chargeable_cards, rerun_order
from orders.payments.settle_by_hand import SettledPayment, payment_to_settle, settle_by_hand
from orders.payments.settle_pending import gateway_name
from orders.permissions import may_refund, may_rerun, may_settle, may_view_orders

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

PaymentForm = RerunForm | RefundForm | SettleForm


def with_order(
    nothing: str,
) -> Callable[[Callable[["StaffRequest", Order], HttpResponse]], Callable[..., HttpResponse]]:
    """Give the view the order of the address; where it cannot be done, `nothing` says what did not happen."""

    def decorate(view: Callable[["StaffRequest", Order], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def found(request: "StaffRequest", number: str) -> HttpResponse:
            order = get_order(number)
            try:
                return view(request, order)
            except OrderError as error:
                return _refuse(request, order, nothing, error)
            except LostAnswerError as error:
                return _refuse(request, order.source_record.customer, "The gateway’s answer could not be saved.", error)

        return found

    return decorate


@require_http_methods(["GET", "POST"])
@may_rerun
@may_view_orders
@with_order("Nothing was charged.")
def order_rerun(request: "StaffRequest", order: Order) -> HttpResponse:
    form = RerunForm(chargeable_cards(order), request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        return _tell(request, rerun_order(order, given["card"], seen=given["seen"], by=request.user))
    total = format_money(order.total, order.currency)
    lead = f"The whole order, {total}, is charged again. The first attempt was declined."
    title, button = f"Rerun order {order.number}?", f"Charge {total}"
    return _page(request, order, form, title=title, crumb="Rerun", lead=lead, button=button)


@require_http_methods(["GET", "POST"])
@may_refund
@may_view_orders
@with_order("Nothing was refunded.")
def order_refund(request: "StaffRequest", order: Order) -> HttpResponse:
    form = RefundForm(refundable_payments(order), request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        about = {"sale": given["sale"], "reason": given["reason"], "seen": given["seen"]}
        return _tell(request, refund_order(order, given["amount"], **about, by=request.user))
    lead = f"Up to {_most(form)} can be refunded to the card that paid. A refund cannot be undone."
    title = f"Refund order {order.number}?"
    return _page(request, order, form, title=title, crumb="Refund", lead=lead, button="Refund")


@require_http_methods(["GET", "POST"])
@may_settle
@may_view_orders
@with_order("Nothing was changed.")
def order_settle(request: "StaffRequest", order: Order) -> HttpResponse:
    """The outcome of a payment without an answer, entered by a user who looked it up at the gateway."""
    payment = payment_to_settle(order)
    form = SettleForm(payment, request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        return _tell_settled(request, _settled(request, order, form))
    lead = (
        f"Look for payment {payment.uuid}, {amount_text(payment)} from {format_day(payment.at)}, in the console of"
        f" {isolated(gateway_name(payment))}, and record its outcome here. This moves no money and cannot be undone."
    )
    title = f"Resolve the pending payment of order {order.number}?"
    return _page(request, order, form, title=title, crumb="Resolve payment", lead=lead, button="Record outcome")


def _settled(request: "StaffRequest", order: Order, form: SettleForm) -> SettledPayment:
    given = form.cleaned_data
    about = {"reference": given["reference"], "reason": given["reason"], "seen": given["seen"]}
    return settle_by_hand(order, happened=form.happened, **about, by=request.user)


def _tell_settled(request: "StaffRequest", settled: SettledPayment) -> HttpResponse:
    if not settled.is_by_hand:
        messages.info(request, "The gateway has answered in the meantime. Its answer was recorded instead of yours.")
    return _tell(request, settled.payment)


def _most(form: RefundForm) -> str:
    """What the form suggests: all that is left of the latest payment."""
    latest = form.payments[0]
    return format_money(latest.left, latest.sale.currency)


def _page(
    request: "StaffRequest", order: Order, form: PaymentForm, *, title: str, crumb: str, lead: str, button: str
) -> HttpResponse:
    context = {
        "crumb": crumb,
        "title": title,
        "lead": lead,
        "button": button,
        "form": form,
        "acts_on": order,
        "customer": order.source_record.customer,
        "last": f"Order {order.number}",
    }
    return render(request, "orders/order/act.html", context, status=422 if form.errors else 200)


def _refuse(request: "StaffRequest", back: Order | Customer, strong: str, why: Exception) -> HttpResponse:
    messages.error(request, emphasised(strong, str(why)))
    return redirect(back)


def _tell(request: "StaffRequest", payment: Transaction) -> HttpResponse:
    if payment.status == TransactionStatus.PENDING:
        text = "Reunite asks again every few minutes. Until then, nothing else can be charged or refunded."
        messages.warning(request, emphasised("The gateway has not answered.", text))
    elif payment.status == TransactionStatus.SUCCESS:
        strong = "Refunded." if payment.kind == TransactionKind.REFUND else "Charged."
        messages.success(request, emphasised(strong, outcome_sentence(payment)))
    else:
        messages.error(request, emphasised("Declined.", outcome_sentence(payment)))
    return redirect(payment.order)
