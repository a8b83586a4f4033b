from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from customers.lib.phrases import isolated
from customers.models import Customer
from customers.web.live import with_live
from customers.web.messages import emphasised
from customers.web.second_question import asks_again
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.order import IntakeError
from orders.locks import OrderError
from orders.pages.forms.new_order import NewOrderForm
from orders.pages.views.payments import add_outcome
from orders.payments.new_order import DraftOrder, place_for_customer
from orders.permissions import may_add_orders, may_view_orders

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
@may_add_orders
@may_view_orders
@asks_again
@with_live
def order_new(request: "StaffRequest", customer: Customer) -> HttpResponse:
    form = NewOrderForm(customer, request.POST if request.method == "POST" else None)
    draft = form.draft if form.is_valid() else None
    if draft and request.POST.get("agreed") == str(draft):
        try:
            return _place(request, customer, form, draft)
        except (OrderError, IntakeError, RepeatedRequestError) as error:
            form.add_error(None, str(error))
    context = {
        "title": f"New order for {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "form": form,
        "draft": draft,
        "card": form.cards.get(form.chosen_card or 0) if draft else None,
    }
    return render(request, "orders/order/order_new.html", context, status=422 if form.errors else 200)


def _place(request: "StaffRequest", customer: Customer, form: NewOrderForm, draft: DraftOrder) -> HttpResponse:
    token, address = form.cleaned_data["token"], form.shipping_address
    placed = place_for_customer(
        customer, draft, form.chosen_card, shipping_address=address, token=token, by=request.user
    )
    if placed.payment:
        add_outcome(request, placed.payment)
    else:
        text = "It was placed before." if placed.is_repeat else "Nothing was charged."
        messages.success(request, emphasised("Order placed.", text))
    return redirect(placed.order)
