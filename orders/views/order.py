from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from customers.address import address_lines
from orders import recording
from orders.models import Order
from orders.views.access import may_view_orders

if TYPE_CHECKING:
    from customers.access import StaffRequest

SHOWN_WITH = ("source_record__customer", "source_record__origin", "source_record__data_source", "campaign")
MOST_SHOWN = 100


def get_order(number: str) -> Order:
    return get_object_or_404(Order.objects.select_related(*SHOWN_WITH), number=number.upper())


@require_safe
@may_view_orders
def order_detail(request: "StaffRequest", number: str) -> HttpResponse:
    return render(request, "orders/order_detail.html", shown(get_order(number)))


def shown(order: Order) -> dict[str, Any]:
    transactions = order.transactions.select_related("pay_source", "by").order_by("-at", "-pk")
    return {
        "title": f"Order {order.number}",
        "order": order,
        "record": order.source_record,
        "customer": order.source_record.customer,
        "billing_lines": address_lines(order.billing_address),
        "shipping_lines": address_lines(order.shipping_address),
        "items": order.items.select_related("product").order_by("pk")[:MOST_SHOWN],
        "transactions": transactions[:MOST_SHOWN],
        "fulfillments": order.fulfillments.order_by("-at", "-pk")[:MOST_SHOWN],
        "purchases": order.purchases.select_related("product").order_by("pk")[:MOST_SHOWN],
        "story": recording.of(order),
    }
