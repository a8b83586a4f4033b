from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe
from django.views.decorators.vary import vary_on_headers

from customers.lib.countries import COUNTRIES
from customers.search import find
from customers.search.customer_list import list_page
from customers.search.export import export_header, export_rows
from customers.search.filters import STATUSES
from customers.search.forms import read_list_filter
from customers.search.order import SORTS
from customers.web.csv import csv_response
from customers.web.permissions import VIEW_ORDERS, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_list(request: "StaffRequest") -> HttpResponse:
    wanted = read_list_filter(request.GET)
    page = list_page(wanted.criteria, wanted.sort, after=wanted.after)
    url = reverse("customers:list")
    shown = {
        "title": "Customers",
        "wanted": wanted,
        "understood": find.interpretation(wanted.text),
        "page": page,
        "first": url + wanted.address(),
        "following": url + wanted.address(after=page.following) if page.following else "",
        "statuses": STATUSES,
        "countries": COUNTRIES,
        "sorts": SORTS,
    }
    is_part = request.htmx.target == "customer-rows"
    return render(request, f"customers/search/{'_customer_rows' if is_part else 'customer_list'}.html", shown)


@require_GET
@may_view
def customer_export(request: "StaffRequest") -> StreamingHttpResponse:
    """Everybody whom the list of the same address shows, on all its pages."""
    told = request.user.has_perm(VIEW_ORDERS)
    rows = export_rows(read_list_filter(request.GET).criteria, with_orders=told)
    return csv_response(f"customers-{timezone.now():%Y-%m-%d}", export_header(with_orders=told), rows)
