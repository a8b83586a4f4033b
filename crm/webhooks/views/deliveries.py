"""One delivery, and sending some again."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from crm.webhooks.body import body_of
from crm.webhooks.delivery_list import deliveries_of_current, delivery_rows, named
from crm.webhooks.models import Delivery, DeliveryState
from crm.webhooks.queue import put_back
from crm.webhooks.web import may_manage_webhooks
from customers.lib.numbers import parse_number
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from customers.web.next_page import next_page
from customers.web.permissions import StaffRequest

MOST_ATTEMPTS = 50


@require_safe
@vary_on_headers("HX-Target")
@may_manage_webhooks
def delivery_detail(request: StaffRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(deliveries_of_current().select_related("event"), pk=pk)
    is_first_awaited = delivery.state == DeliveryState.WAITING and delivery.sent_at is None
    if request.htmx.target == "awaited":
        return HttpResponse(status=204) if is_first_awaited else HttpResponseClientRefresh()
    sees_customers = request.user.has_perm(VIEW_CUSTOMERS)
    context = {
        "title": delivery.kind,
        "delivery": delivery,
        "row": delivery_rows([delivery], with_customers=sees_customers)[0],
        "attempts": delivery.tries.all()[:MOST_ATTEMPTS],
        "body": body_of(delivery).decode() if sees_customers and _may_read(request, delivery) else "",
        "is_first_awaited": is_first_awaited,
    }
    return render(request, "webhooks/delivery_detail.html", context)


def _may_read(request: StaffRequest, delivery: Delivery) -> bool:
    """Who may not view orders is not told their numbers here, either."""
    is_about_customer = delivery.kind.startswith("customer.") or delivery.is_test
    return is_about_customer or request.user.has_perm(VIEW_ORDERS)


@require_POST
@may_manage_webhooks
def send_again(request: StaffRequest) -> HttpResponseRedirect:
    """What waits already is left as it is."""
    pks = [pk for text in request.POST.getlist("delivery") if (pk := parse_number(text))]
    if not pks:
        messages.info(request, "Nothing was sent: no delivery was selected.")
    elif count := put_back(named(pks)):
        text = ngettext("%d delivery is sent again.", "%d deliveries are sent again.", count) % count
        messages.success(request, f"{text} To a paused endpoint they are sent once it is resumed.")
    else:
        messages.info(request, "These deliveries are waiting already, and are sent in their turn.")
    return redirect(next_page(request, otherwise=reverse("webhooks:list")))
