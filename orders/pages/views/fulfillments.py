"""Pages that ask before a fulfillment is cancelled or resent."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from orders.fulfillment.parcels import (
    FulfillmentError,
    cancel_fulfillment,
    refuse_cancelling,
    refuse_resending,
    resend_fulfillment,
)
from orders.models import Fulfillment
from orders.pages.forms.cancel_order import FulfillmentForm
from orders.pages.views.confirm import Confirmation, confirm_page
from orders.permissions import may_change_fulfillments, may_view_orders


@require_http_methods(["GET", "POST"])
@may_change_fulfillments
@may_view_orders
def fulfillment_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    fulfillment = _get(pk)
    lead = "It is not shipped. The order and its payment stay as they are."
    texts = _texts(fulfillment, "Cancel fulfillment", lead)

    def act(seen: int) -> str:
        cancel_fulfillment(fulfillment, by=request.user)
        return "Fulfillment cancelled."

    return _confirm(request, fulfillment, refuse_cancelling, act, texts)


@require_http_methods(["GET", "POST"])
@may_change_fulfillments
@may_view_orders
def fulfillment_resend(request: StaffRequest, pk: int) -> HttpResponse:
    fulfillment = _get(pk)
    lead = "The order gets another fulfillment, which waits to be shipped. Nothing is charged."
    texts = _texts(fulfillment, "Resend fulfillment", lead)

    def act(seen: int) -> str:
        resend_fulfillment(fulfillment, seen=seen, by=request.user)
        return "The order has another fulfillment, which waits to be shipped."

    return _confirm(request, fulfillment, refuse_resending, act, texts)


def _get(pk: int) -> Fulfillment:
    return get_object_or_404(
        Fulfillment.objects.select_related("order__source_record__customer", "source_record"), pk=pk
    )


def _texts(fulfillment: Fulfillment, action: str, lead: str) -> Confirmation:
    title = f"{action} of order {fulfillment.order.number}?"
    return Confirmation(title, action, lead, action, cancel_label="Go back")


def _confirm(
    request: StaffRequest,
    fulfillment: Fulfillment,
    refuse: Callable[[Fulfillment], None],
    act: Callable[[int], str],
    texts: Confirmation,
) -> HttpResponse:
    order = fulfillment.order
    form = FulfillmentForm(fulfillment, request.POST or None)
    try:
        refuse(fulfillment)
        if request.method == "POST" and form.is_valid():
            messages.success(request, act(form.cleaned_data["seen"]))
            return redirect(order)
    except FulfillmentError as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect(order)
    return confirm_page(request, form, texts, subject=order, subject_name=f"Order {order.number}")
