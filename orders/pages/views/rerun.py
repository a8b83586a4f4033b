"""Rerunning a declined order, with other lines and addresses where the customer wants them so.

A total that was not shown is shown before it is charged.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from customers.lib.money import format_money
from customers.web.permissions import StaffRequest
from customers.web.second_question import require_answer
from orders.models import Order
from orders.pages.forms.changed_order import ChangedOrderForm, changed_order_form
from orders.pages.forms.payment import RerunForm
from orders.pages.views.payments import show_outcome, with_order
from orders.payments.change_order import ChangedOrder
from orders.payments.rerun import chargeable_cards, rerun_order
from orders.permissions import ADD_ORDERS, may_rerun, may_view_orders


@require_http_methods(["GET", "POST"])
@may_rerun
@may_view_orders
@with_order("Nothing was charged.")
def order_rerun(request: StaffRequest, order: Order) -> HttpResponse:
    form = RerunForm(chargeable_cards(order), request.POST or None, seen=order.stamp, order=order)
    lines = changed_order_form(order, request.POST) if request.user.has_perm(ADD_ORDERS) else None
    if request.method == "POST" and form.is_valid() and (lines is None or not lines.is_bound or lines.is_valid()):
        draft = lines.draft if lines else None
        if _agreed(request, order) == str(draft or _total(order)):
            return _rerun(request, order, form, lines)
        return _show(request, order, form, lines, draft)
    return _show(request, order, form, lines)


def _agreed(request: StaffRequest, order: Order) -> str:
    return request.POST.get("agreed") or _total(order)


def _rerun(request: StaffRequest, order: Order, form: RerunForm, lines: ChangedOrderForm | None) -> HttpResponse:
    values = form.cleaned_data
    about: Mapping[str, Any] = {"seen": values["seen"], "addresses": form.addresses, "by": request.user}
    if lines and lines.draft.is_changed:
        require_answer(request)
        about = {**about, "change": lines.change}
    return show_outcome(request, rerun_order(order, values["card"], **about))


def _show(
    request: StaffRequest,
    order: Order,
    form: RerunForm,
    lines: ChangedOrderForm | None,
    draft: ChangedOrder | None = None,
) -> HttpResponse:
    context = {
        "title": f"Rerun order {order.number}?",
        "action": "Rerun",
        "subject": order,
        "subject_name": f"Order {order.number}",
        "customer": order.source_record.customer,
        "form": form,
        "lines": lines,
        "draft": draft,
        "total": str(draft or _total(order)),
    }
    is_wrong = form.errors or (lines and lines.errors)
    return render(request, "orders/order/order_rerun.html", context, status=422 if is_wrong else 200)


def _total(order: Order) -> str:
    return format_money(order.total, order.currency)
