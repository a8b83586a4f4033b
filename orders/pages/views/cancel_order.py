from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from orders.cancel_order import cancel_order, refuse_cancelling
from orders.models import COUNTED, Order
from orders.pages.forms.cancel_order import CancelOrderForm
from orders.pages.views.confirm import Confirmation, confirm_page
from orders.pages.views.payments import with_order
from orders.permissions import may_cancel, may_view_orders

LEAD = "Its purchases are cancelled, and fulfillments that were not shipped yet."
PAID = "It stays paid: to return the payment, refund it."


@require_http_methods(["GET", "POST"])
@may_cancel
@may_view_orders
@with_order("Nothing was cancelled.")
def order_cancel(request: StaffRequest, order: Order) -> HttpResponse:
    refuse_cancelling(order)
    form = CancelOrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cancel_order(order, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, emphasised("Cancelled.", LEAD.replace("are", "were", 1)))
        return redirect(order)
    lead = f"{LEAD} {PAID}" if order.status in COUNTED else LEAD
    texts = Confirmation(f"Cancel order {order.number}?", "Cancel", lead, "Cancel order", cancel_label="Go back")
    return confirm_page(request, form, texts, subject=order, subject_name=f"Order {order.number}")
