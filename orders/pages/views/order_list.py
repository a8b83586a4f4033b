from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.records.newest import Cursor
from orders.pages.forms.order_filter import OrderFilterForm
from orders.permissions import may_view_orders
from orders.search.listing import order_page

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_safe
@may_view_orders
def order_list(request: "StaffRequest") -> HttpResponse:
    form = OrderFilterForm(request.GET)
    before = Cursor.parse(request.GET.get("before", ""))
    context = {
        "title": "Orders",
        "filters": form,
        "page": order_page(form.order_filter, before=before),
        "is_newest": before is None,
    }
    return render(request, "orders/order/order_list.html", context)
