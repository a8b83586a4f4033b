from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from customers.lib.phrases import isolated
from customers.models import Customer
from customers.web.live import with_live
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.second_question import require_answer
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.order import IntakeError
from orders.locks import OrderError
from orders.pages.forms.new_order import NewOrderForm
from orders.pages.views.payments import add_outcome
from orders.payments.new_order import DraftOrder, place_for_customer
from orders.permissions import may_add_orders, may_view_orders


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Target")
@may_add_orders
@may_view_orders
@with_live
def order_new(request: StaffRequest, customer: Customer) -> HttpResponse:
    if "more" in request.POST:
        return _show(request, customer, NewOrderForm(customer, entered=request.POST.dict()))
    if request.method == "POST":
        require_answer(request)
    form = NewOrderForm(customer, request.POST if request.method == "POST" else None)
    draft = form.draft if form.is_valid() else None
    if draft and request.POST.get("agreed") == str(draft):
        try:
            return _place(request, customer, form, draft)
        except (OrderError, IntakeError, RepeatedRequestError) as error:
            form.add_error(None, str(error))
    return _show(request, customer, form, draft)


def _show(
    request: StaffRequest, customer: Customer, form: NewOrderForm, draft: DraftOrder | None = None
) -> HttpResponse:
    context = {
        "title": f"New order for {isolated(customer.name)}",
        "section": "customers",
        "customer": customer,
        "form": form,
        "draft": draft,
        "card": form.cards.get(form.chosen_card or 0) if draft else None,
    }
    page = "_order_products" if request.htmx.target == "products" else "order_new"
    return render(request, f"orders/order/{page}.html", context, status=422 if form.errors else 200)


def _place(request: StaffRequest, customer: Customer, form: NewOrderForm, draft: DraftOrder) -> HttpResponse:
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
