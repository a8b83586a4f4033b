from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.lib.addresses.address import address_lines
from customers.web.permissions import StaffRequest
from orders import history
from orders.cancel_order import refuse_cancelling
from orders.fulfillment.parcels import NOT_SHIPPED
from orders.locks import OrderError
from orders.models import Contradiction, Order, OrderStatus, Purchase, Transaction, TransactionStatus
from orders.payments.contradictions import contradiction_note
from orders.payments.gateway_request import payments_of
from orders.payments.refund import refundable_payments
from orders.payments.rerun import chargeable_cards
from orders.payments.settle_pending import is_overdue, pending_note
from orders.permissions import CANCEL, CHANGE_FULFILLMENTS, REFUND, RERUN, SETTLE, may_view_orders

if TYPE_CHECKING:
    from crm.accounts.models import User

SHOWN_WITH = ("source_record__customer", "source_record__origin", "source_record__data_source", "campaign")
MOST_SHOWN = 100


def get_order(number: str) -> Order:
    return get_object_or_404(Order.objects.select_related(*SHOWN_WITH), number=number.upper())


@require_safe
@may_view_orders
def order_detail(request: StaffRequest, number: str) -> HttpResponse:
    order = get_order(number)
    transactions = list(payments_of(order).select_related("by"))
    purchases = list(order.purchases.select_related("product").order_by("pk"))
    context = order_context(order, transactions, purchases)
    may_settle = request.user.has_perm(SETTLE)
    context |= order_actions(request.user, order, transactions)
    context |= {
        "can_settle": context["is_overdue"] and may_settle,
        "can_decide": bool(context["contradiction_note"]) and may_settle,
    }
    context["can_cancel"] = request.user.has_perm(CANCEL) and _is_cancellable(order, transactions, purchases)
    context["can_change_fulfillments"] = request.user.has_perm(CHANGE_FULFILLMENTS)
    return render(request, "orders/order/order_detail.html", context)


def _is_cancellable(order: Order, transactions: Sequence[Transaction], purchases: Sequence[Purchase]) -> bool:
    read = {"transactions": transactions, "purchases": purchases}
    return order.status != OrderStatus.PARTIAL and not _refusal(refuse_cancelling, order, **read)


def order_context(order: Order, transactions: Sequence[Transaction], purchases: Sequence[Purchase]) -> dict[str, Any]:
    """What the page shows of the order, of which `transactions` and `purchases` are all."""
    items = list(order.items.select_related("product", "purchase").order_by("pk")[: MOST_SHOWN + 1])
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
        "transactions": transactions[:MOST_SHOWN],
        "pending_note": next(map(pending_note, pending), ""),
        "contradiction_note": next((contradiction_note(p) for p in transactions if p.is_undecided), ""),
        "is_overdue": any(map(is_overdue, pending)),
        "not_shipped": NOT_SHIPPED,
        "fulfillments": order.fulfillments.order_by("-at", "-pk")[:MOST_SHOWN],
        "purchases": purchases[:MOST_SHOWN],
        "history": history.of(order),
    }


def order_actions(user: "User", order: Order, transactions: Sequence[Transaction]) -> dict[str, Any]:
    """`transactions` are all of the order."""
    if order.status == OrderStatus.DECLINED:
        return _declined_actions(user, order, transactions)
    if order.status in (OrderStatus.COMPLETE, OrderStatus.CANCELLED) and user.has_perm(REFUND):
        refusal = _refusal(refundable_payments, order, transactions=transactions)
        # A refund of a cancelled order is only expected when it was paid.
        return {"can_refund": not refusal, "no_refund": refusal if order.status == OrderStatus.COMPLETE else ""}
    return {}


def _declined_actions(user: "User", order: Order, transactions: Sequence[Transaction]) -> dict[str, Any]:
    actions: dict[str, Any] = {}
    if user.has_perm(RERUN):
        refusal = _refusal(chargeable_cards, order, transactions=transactions)
        actions |= {"can_rerun": not refusal, "no_rerun": refusal}
    # A payment that was made after all, and was set aside, can be refunded.
    if user.has_perm(REFUND) and any(payment.contradiction == Contradiction.EXTRA for payment in transactions):
        actions |= {"can_refund": not _refusal(refundable_payments, order, transactions=transactions)}
    return actions


def _refusal(rule: Callable[..., object], order: Order, **read: Sequence[Any]) -> str:
    """Why `rule` refuses, which is given what was `read` of the order."""
    try:
        rule(order, **read)
    except OrderError as error:
        return str(error)
    return ""
