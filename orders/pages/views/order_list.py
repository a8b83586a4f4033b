from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.lib.pages import Cursor
from customers.web.permissions import StaffRequest
from orders.pages.forms.order_filter import OrderFilterForm
from orders.permissions import RERUN, may_view_orders
from orders.search.order_list import order_page


@require_safe
@may_view_orders
def order_list(request: StaffRequest) -> HttpResponse:
    form = OrderFilterForm(request.GET)
    before = Cursor.parse(request.GET.get("before", ""))
    page = order_page(form.order_filter, before=before)
    has_soft_declines = any(row.attempts and row.attempts.is_soft for row in page.rows)
    context = {
        "title": "Orders",
        "filters": form,
        "page": page,
        "can_rerun": has_soft_declines and request.user.has_perm(RERUN),
        "is_newest": before is None,
    }
    return render(request, "orders/order/order_list.html", context)
