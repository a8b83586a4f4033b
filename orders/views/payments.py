"""Charging a declined order again, and refunding a paid one."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from customers.models import Customer
from customers.money import shown
from orders import booking, refunding, rerunning
from orders.booking import LostAnswerError
from orders.forms.payment import RefundForm, RerunForm
from orders.models import Order, Transaction, TransactionKind, TransactionStatus
from orders.paying import PaymentError
from orders.views.access import may_refund, may_rerun, may_view_orders
from orders.views.order import get_order

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_http_methods(["GET", "POST"])
@may_rerun
@may_view_orders
def order_rerun(request: "StaffRequest", number: str) -> HttpResponse:
    order = get_order(number)
    try:
        form = RerunForm(rerunning.cards(order), request.POST or None, seen=order.stamp)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            return _tell(request, rerunning.rerun(order, given["card"], seen=given["seen"], by=request.user))
    except PaymentError as error:
        return _refuse(request, order, "Nothing was charged.", error)
    except LostAnswerError as error:
        return _refuse(request, order.source_record.customer, "The answer is lost.", error)
    total = f"{shown(order.total, order.currency)} {order.currency}"
    lead = f"The whole order, {total}, is charged once more. The first try was declined."
    return _page(request, order, form, verb="Rerun", lead=lead, button=f"Charge {total}")


@require_http_methods(["GET", "POST"])
@may_refund
@may_view_orders
def order_refund(request: "StaffRequest", number: str) -> HttpResponse:
    order = get_order(number)
    try:
        form = RefundForm(refunding.payments(order), request.POST or None, seen=order.stamp)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            about = {"sale": given["sale"], "reason": given["reason"], "seen": given["seen"]}
            return _tell(request, refunding.refund(order, given["amount"], **about, by=request.user))
    except PaymentError as error:
        return _refuse(request, order, "Nothing was refunded.", error)
    except LostAnswerError as error:
        return _refuse(request, order.source_record.customer, "The answer is lost.", error)
    lead = f"{_most(form)} can go back at most; type less for a part. It goes back to the card that paid, for good."
    return _page(request, order, form, verb="Refund", lead=lead, button="Refund")


def _most(form: RefundForm) -> str:
    """What the form proposes: all that is left of the latest payment."""
    latest = form.payments[0]
    return f"{shown(latest.left, latest.sale.currency)} {latest.sale.currency}"


def _page(
    request: "StaffRequest", order: Order, form: RerunForm | RefundForm, *, verb: str, lead: str, button: str
) -> HttpResponse:
    context = {
        "crumb": verb,
        "title": f"{verb} order {order.number}?",
        "lead": lead,
        "button": button,
        "form": form,
        "acts_on": order,
        "customer": order.source_record.customer,
        "last": f"Order {order.number}",
    }
    return render(request, "orders/act.html", context, status=422 if form.errors else 200)


def _refuse(request: "StaffRequest", back: Order | Customer, strong: str, why: Exception) -> HttpResponse:
    messages.error(request, format_html("<span><strong>{}</strong> {}</span>", strong, str(why)))
    return redirect(back)


def _tell(request: "StaffRequest", payment: Transaction) -> HttpResponse:
    if payment.status == TransactionStatus.PENDING:
        text = "It is asked again every few minutes. Nothing else can be charged or refunded until then."
        messages.warning(request, format_html("<span><strong>The gateway has not answered.</strong> {}</span>", text))
    elif payment.status == TransactionStatus.SUCCESS:
        strong = "Refunded." if payment.kind == TransactionKind.REFUND else "Charged."
        text = booking.sentence(payment)
        messages.success(request, format_html("<span><strong>{}</strong> {}</span>", strong, text))
    else:
        text = booking.sentence(payment)
        messages.error(request, format_html("<span><strong>Declined.</strong> {}</span>", text))
    return redirect(payment.order)
