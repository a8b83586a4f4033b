from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.web.permissions import StaffRequest
from orders.permissions import may_view_orders
from orders.reconciliation.differences import reconciliation_page


@require_safe
@may_view_orders
def reconciliation(request: StaffRequest) -> HttpResponse:
    context = {
        "title": "Reconciliation",
        "page": reconciliation_page(),
        "has_gateway": bool(settings.PAYMENT_GATEWAY),
        "section": "orders",
    }
    return render(request, "orders/reconciliation/reconciliation.html", context)
