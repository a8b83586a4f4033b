"""The page that asks for confirmation before something is done to an order or a purchase."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render

from orders.models import Order, Purchase

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@dataclass(frozen=True)
class Confirmation:
    """The texts of the page; `action` is its name in the breadcrumbs."""

    title: str
    action: str
    lead: str
    button: str
    cancel_label: str = "Cancel"


def confirm_page(
    request: "StaffRequest", form: Form, texts: Confirmation, *, subject: Order | Purchase, subject_name: str
) -> HttpResponse:
    context = {
        **asdict(texts),
        "form": form,
        "subject": subject,
        "subject_name": subject_name,
        "customer": subject.source_record.customer,
    }
    return render(request, "orders/confirm.html", context, status=422 if form.errors else 200)
