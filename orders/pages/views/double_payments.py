from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.lib.numbers import parse_number
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.second_question import asks_again
from orders.double_payments.double_payment_list import double_page
from orders.double_payments.settle import DoublePaymentError, dismiss, fingerprint, refundable, row_of, settle
from orders.models import DoublePayment
from orders.pages.forms.double_payment import SettleDoubleForm
from orders.permissions import may_cancel, may_refund, may_view_orders


@require_safe
@may_view_orders
def double_payments(request: StaffRequest) -> HttpResponse:
    before = parse_number(request.GET.get("before", ""))
    context = {"title": "Paid twice", "page": double_page(before=before), "is_newest": before is None}
    return render(request, "orders/double_payments/double_payment_list.html", context)


@require_http_methods(["GET", "POST"])
@may_cancel
@may_refund
@may_view_orders
@asks_again
def double_payment_settle(request: StaffRequest, pk: int) -> HttpResponse:
    double = get_object_or_404(DoublePayment, pk=pk)
    try:
        row = row_of(double)
        form = SettleDoubleForm(row, request.POST or None, seen=fingerprint(row))
        if request.method == "POST" and form.is_valid():
            return _settle(request, double, form)
    except DoublePaymentError as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect("orders:double_payments")
    boxes = zip(form["keep"], row.open, strict=True)
    context = {
        "title": "Keep one and refund the others?",
        "double": double,
        "form": form,
        "choices": [(box, paid, *refundable(paid)) for box, paid in boxes],
    }
    return render(
        request, "orders/double_payments/double_payment_settle.html", context, status=422 if form.errors else 200
    )


def _settle(request: StaffRequest, double: DoublePayment, form: SettleDoubleForm) -> HttpResponse:
    values = form.cleaned_data
    settled = settle(double, values["keep"], seen=values["seen"], reason=values["reason"], by=request.user)
    for row in settled:
        if row.is_done:
            messages.success(request, emphasised("Done.", row.text))
        else:
            messages.error(request, emphasised("Not done.", row.text))
    return redirect("orders:double_payments")


@require_POST
@may_cancel
@may_view_orders
def double_payment_dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    dismiss(get_object_or_404(DoublePayment, pk=pk), by=request.user)
    messages.success(request, "Marked as wanted. It is not shown again.")
    return redirect("orders:double_payments")
