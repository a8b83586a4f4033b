from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.lib.addresses.address import address_lines
from orders import history
from orders.cancel_order import refuse_cancelling
from orders.fulfillment.parcels import NOT_SHIPPED
from orders.locks import OrderError
from orders.models import Contradiction, Order, OrderStatus, TransactionStatus
from orders.payments.contradictions import contradiction_note
from orders.payments.refund import refundable_payments
from orders.payments.rerun import chargeable_cards
from orders.payments.settle_pending import is_overdue, pending_note
from orders.permissions import CANCEL, CHANGE_FULFILLMENTS, REFUND, RERUN, SETTLE, may_view_orders

if TYPE_CHECKING:
    from crm.accounts.models import User
    from customers.web.permissions import StaffRequest

SHOWN_WITH = ("source_record__customer", "source_record__origin", "source_record__data_source", "campaign")
MOST_SHOWN = 100


def get_order(number: str) -> Order:
    return get_object_or_404(Order.objects.select_related(*SHOWN_WITH), number=number.upper())


@require_safe
@may_view_orders
def order_detail(request: "StaffRequest", number: str) -> HttpResponse:
    order = get_order(number)
    context = order_context(order)
    may_settle = request.user.has_perm(SETTLE)
    context |= order_actions(request.user, order)
    context |= {
        "can_settle": context["is_overdue"] and may_settle,
        "can_decide": bool(context["contradiction_note"]) and may_settle,
    }
    context["can_cancel"] = request.user.has_perm(CANCEL) and _is_cancellable(order)
    context["can_change_fulfillments"] = request.user.has_perm(CHANGE_FULFILLMENTS)
    return render(request, "orders/order/order_detail.html", context)


def _is_cancellable(order: Order) -> bool:
    return order.status != OrderStatus.PARTIAL and not _refusal(refuse_cancelling, order)


def order_context(order: Order) -> dict[str, Any]:
    items = list(order.items.select_related("product", "purchase").order_by("pk")[: MOST_SHOWN + 1])
    transactions = list(order.transactions.select_related("pay_source", "by").order_by("-at", "-pk")[:MOST_SHOWN])
    pending = [payment for payment in transactions if payment.status == TransactionStatus.PENDING]
    return {
        "title": f"Order {order.number}",
        "order": order,
        "record": order.source_record,
        "customer": order.source_record.customer,
        "billing_lines": address_lines(order.billing_address),
        "shipping_lines": address_lines(order.shipping_address),
        "items": items[:MOST_SHOWN],
        "has_more_items": len(items) > MOST_SHOWN,
        "transactions": transactions,
        "pending_note": next(map(pending_note, pending), ""),
        "contradiction_note": next((contradiction_note(p) for p in transactions if p.is_undecided), ""),
        "is_overdue": any(map(is_overdue, pending)),
        "not_shipped": NOT_SHIPPED,
        "fulfillments": order.fulfillments.order_by("-at", "-pk")[:MOST_SHOWN],
        "purchases": order.purchases.select_related("product").order_by("pk")[:MOST_SHOWN],
        "history": history.of(order),
    }


def order_actions(user: "User", order: Order) -> dict[str, Any]:
    if order.status == OrderStatus.DECLINED:
        return _declined_actions(user, order)
    if order.status in (OrderStatus.COMPLETE, OrderStatus.CANCELLED) and user.has_perm(REFUND):
        refusal = _refusal(refundable_payments, order)
        # A refund of a cancelled order is only expected when it was paid.
        return {"can_refund": not refusal, "no_refund": refusal if order.status == OrderStatus.COMPLETE else ""}
    return {}


def _declined_actions(user: "User", order: Order) -> dict[str, Any]:
    actions: dict[str, Any] = {}
    if user.has_perm(RERUN):
        refusal = _refusal(chargeable_cards, order)
        actions |= {"can_rerun": not refusal, "no_rerun": refusal}
    # A payment that was made after all, and was set aside, can be refunded.
    if user.has_perm(REFUND) and order.transactions.filter(contradiction=Contradiction.EXTRA).exists():
        actions |= {"can_refund": not _refusal(refundable_payments, order)}
    return actions


def _refusal(rule: Callable[[Order], object], order: Order) -> str:
    try:
        rule(order)
    except OrderError as error:
        return str(error)
    return ""
