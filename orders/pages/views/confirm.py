"""The page that asks for confirmation before something is done to an order or a purchase."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from customers.lib.phrases import isolated
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from orders.locks import OrderError
from orders.models import Order, Purchase
from orders.pages.forms.purchase import PurchaseForm
from orders.subscriptions.common import PurchaseError


@dataclass(frozen=True)
class Confirmation:
    """The texts of the page; `action` is its name in the breadcrumbs."""

    title: str
    action: str
    lead: str
    button: str
    cancel_label: str = "Cancel"


def confirm_page(
    request: StaffRequest, form: Form, texts: Confirmation, *, subject: Order | Purchase, subject_name: str
) -> HttpResponse:
    context = {
        **asdict(texts),
        "form": form,
        "subject": subject,
        "subject_name": subject_name,
        "customer": subject.source_record.customer,
    }
    return render(request, "orders/confirm.html", context, status=422 if form.errors else 200)


def purchase_title(title: str, purchase: Purchase) -> str:
    return title.format(number=purchase.pk, product=isolated(purchase.product))


def confirm_purchase_change(
    request: StaffRequest,
    form: PurchaseForm,
    refuse: Callable[[Purchase], object],
    act: Callable[[], str],
    texts: Confirmation,
) -> HttpResponse:
    """Ask for confirmation, then `act`, which returns a message. Back to the purchase when a rule refuses."""
    purchase = form.purchase
    try:
        refuse(purchase)
        if request.method == "POST" and form.is_valid():
            messages.success(request, act())
            return redirect(purchase)
    except (PurchaseError, OrderError) as error:
        messages.error(request, emphasised("Nothing was changed.", str(error)))
        return redirect(purchase)
    name = f"Purchase {purchase.pk}: {isolated(purchase.product)}"
    return confirm_page(request, form, texts, subject=purchase, subject_name=name)
