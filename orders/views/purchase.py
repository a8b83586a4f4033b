from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders import billed, recording
from orders.models import Purchase
from orders.views.access import may_view_orders

if TYPE_CHECKING:
    from customers.access import StaffRequest

SHOWN_WITH = ("product", "order", "source_record__customer", "source_record__origin", "source_record__data_source")
MOST_SHOWN = 100


def get_purchase(pk: int) -> Purchase:
    return get_object_or_404(Purchase.objects.select_related(*SHOWN_WITH), pk=pk)


@require_safe
@may_view_orders
def purchase_detail(request: "StaffRequest", pk: int) -> HttpResponse:
    return render(request, "orders/purchase_detail.html", shown(get_purchase(pk)))


def shown(purchase: Purchase) -> dict[str, Any]:
    return {
        "title": f"Purchase {purchase.pk}: {purchase.product}",
        "purchase": purchase,
        "record": purchase.source_record,
        "customer": purchase.source_record.customer,
        "bills": billed.orders_of(purchase),
        "memberships": purchase.memberships.order_by("-at", "-pk")[:MOST_SHOWN],
        "story": recording.of(purchase),
    }
