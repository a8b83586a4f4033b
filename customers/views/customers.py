from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers import listing, search
from customers.models import Customer
from customers.views.parties import may_view

if TYPE_CHECKING:
    from customers.access import StaffRequest


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_list(request: "StaffRequest") -> HttpResponse:
    text, sort = request.GET.get("q", "").strip(), listing.sort_named(request.GET.get("sort", ""))
    wanted = search.find(text) if text else Customer.objects.live()
    shown = {
        "title": "Customers",
        "q": text,
        "sort": sort,
        "sorts": listing.SORTS,
        "page": listing.page(wanted, sort, after=request.GET.get("after", "")),
    }
    is_part = request.htmx.target == "customer-rows"
    return render(request, f"customers/{'_customer_rows' if is_part else 'customer_list'}.html", shown)
