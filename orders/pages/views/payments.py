"""Refunding a paid order, and resolving a payment the gateway does not answer."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import isolated
from customers.models import Customer
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again, require_answer
from orders.locks import OrderError
from orders.models import Order, Transaction, TransactionKind, TransactionStatus
from orders.pages.forms.payment import DecideForm, RefundForm, SettleForm
from orders.pages.views.confirm import Confirmation, confirm_page
from orders.pages.views.order import get_order
from orders.payments.contradictions import contradiction_note
from orders.payments.decide_contradiction import Decision, decide, decisions_about, payment_to_decide
from orders.payments.outcome import amount_text, outcome_sentence
from orders.payments.record_answer import LostAnswerError
from orders.payments.refund import refund_order, refundable_payments
from orders.payments.settle_by_hand import payment_to_settle, settle_by_hand
from orders.payments.settle_pending import gateway_name
from orders.permissions import REFUND, may_refund, may_settle, may_view_orders

DECIDE = "Decide below which is right. Until then, nothing else can be charged or refunded."

OrderView = Callable[[StaffRequest, Order], HttpResponse]


def with_order(nothing_done: str) -> Callable[[OrderView], Callable[..., HttpResponse]]:
    """Pass the order of the URL to the view; `nothing_done` begins the message of a refusal."""

    def decorate(view: OrderView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: StaffRequest, number: str) -> HttpResponse:
            order = get_order(number)
            try:
                return view(request, order)
            except OrderError as error:
                return _refuse(request, order, nothing_done, error)
            except LostAnswerError as error:
                return _refuse(request, order.source_record.customer, "The gateway’s answer could not be saved.", error)

        return wrapper

    return decorate


@require_http_methods(["GET", "POST"])
@may_refund
@may_view_orders
@asks_again
@with_order("Nothing was refunded.")
def order_refund(request: StaffRequest, order: Order) -> HttpResponse:
    form = RefundForm(refundable_payments(order), request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        about = {"sale": values["sale"], "reason": values["reason"], "seen": values["seen"]}
        return show_outcome(request, refund_order(order, values["amount"], **about, by=request.user))
    lead = f"Up to {_refundable(form)} can be refunded to the card that paid. A refund cannot be undone."
    return _confirm(request, order, form, Confirmation(f"Refund order {order.number}?", "Refund", lead, "Refund"))


@require_http_methods(["GET", "POST"])
@may_settle
@may_view_orders
@with_order("Nothing was changed.")
def order_settle(request: StaffRequest, order: Order) -> HttpResponse:
    payment = payment_to_settle(order)
    form = SettleForm(payment, request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        about = {"reference": values["reference"], "reason": values["reason"], "seen": values["seen"]}
        settled = settle_by_hand(order, happened=form.happened, **about, by=request.user)
        if not settled.is_by_hand:
            messages.info(
                request, "The gateway has answered in the meantime. Its answer was recorded instead of yours."
            )
        return show_outcome(request, settled.payment)
    lead = (
        f"Look for payment {payment.uuid}, {amount_text(payment)} from {format_day(payment.at)}, in the console of"
        f" {isolated(gateway_name(payment))}, and record its outcome here. This moves no money and cannot be undone."
    )
    title = f"Resolve the pending payment of order {order.number}?"
    return _confirm(request, order, form, Confirmation(title, "Resolve payment", lead, "Record outcome"))


@require_http_methods(["GET", "POST"])
@may_settle
@may_view_orders
@with_order("Nothing was changed.")
def order_decide(request: StaffRequest, order: Order) -> HttpResponse:
    payment = payment_to_decide(order)
    decisions = [d for d in decisions_about(payment) if d != Decision.REFUND or request.user.has_perm(REFUND)]
    form = DecideForm(decisions, request.POST or None, seen=order.stamp)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if values["decision"] == Decision.REFUND:
            require_answer(request)
        about = {"reason": values["reason"], "seen": values["seen"]}
        decided = decide(order, values["decision"], **about, by=request.user)
        if decided.pk != payment.pk:
            return show_outcome(request, decided)
        messages.success(request, emphasised("Decided.", "The order is up to date."))
        return redirect(order)
    title = f"Decide about a payment of order {order.number}"
    texts = Confirmation(title, "Decide", contradiction_note(payment), "Record decision")
    return _confirm(request, order, form, texts)


def _refundable(form: RefundForm) -> str:
    latest = form.payments[0]
    return format_money(latest.left, latest.sale.currency)


def _confirm(request: StaffRequest, order: Order, form: Form, texts: Confirmation) -> HttpResponse:
    return confirm_page(request, form, texts, subject=order, subject_name=f"Order {order.number}")


def _refuse(request: StaffRequest, back: Order | Customer, strong: str, error: Exception) -> HttpResponse:
    messages.error(request, emphasised(strong, str(error)))
    return redirect(back)


def show_outcome(request: StaffRequest, payment: Transaction) -> HttpResponse:
    add_outcome(request, payment)
    return redirect(payment.order)


def add_outcome(request: StaffRequest, payment: Transaction) -> None:
    """The message about what became of a payment."""
    if payment.status == TransactionStatus.PENDING:
        text = "Reunite asks again every few minutes. Until then, nothing else can be charged or refunded."
        messages.warning(request, emphasised("The gateway has not answered.", text))
    elif payment.is_undecided:
        messages.error(request, emphasised("The gateway has given two different answers.", DECIDE))
    elif payment.status == TransactionStatus.SUCCESS:
        strong = "Refunded." if payment.kind == TransactionKind.REFUND else "Charged."
        messages.success(request, emphasised(strong, outcome_sentence(payment)))
    else:
        messages.error(request, emphasised("Declined.", outcome_sentence(payment)))
