from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe
from django.views.decorators.vary import vary_on_headers

from customers.lib.countries import COUNTRIES
from customers.search import find
from customers.search.customer_list import list_page
from customers.search.export import MOST_AT_ONCE, export_header, export_rows, short_list
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
    list_filter = read_list_filter(request.GET)
    page = list_page(list_filter.criteria, list_filter.sort, after=list_filter.after)
    url = reverse("customers:list")
    context = {
        "title": "Customers",
        "list_filter": list_filter,
        "understood": find.interpretation(list_filter.text),
        "page": page,
        "first": url + list_filter.address(),
        "following": url + list_filter.address(after=page.following) if page.following else "",
        "statuses": STATUSES,
        "countries": COUNTRIES,
        "sorts": SORTS,
    }
    is_part = request.htmx.target == "customer-rows"
    return render(request, f"customers/search/{'_customer_rows' if is_part else 'customer_list'}.html", context)


@require_GET
@may_view
def customer_export(request: "StaffRequest") -> HttpResponseBase:
    list_filter = read_list_filter(request.GET)
    pks = short_list(list_filter.criteria)
    if pks is None:
        context = {"title": "Export customers", "list_filter": list_filter, "most": MOST_AT_ONCE}
        return render(request, "customers/search/customer_export.html", context)
    with_orders = request.user.has_perm(VIEW_ORDERS)
    rows = export_rows(pks, with_orders=with_orders)
    return csv_response(f"customers-{timezone.now():%Y-%m-%d}", export_header(with_orders=with_orders), rows)
