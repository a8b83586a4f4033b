from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers.lib.countries import COUNTRIES
from customers.lib.numbers import parse_numbers
from customers.lib.secrets.card_numbers import last_four_of_card
from customers.search.customer_list import list_page
from customers.search.forms import MOST_SELECTED, read_list_filter
from customers.search.interpretation import interpretation
from customers.search.order import SORTS
from customers.totals.status import STATUSES
from customers.web.permissions import may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_list(request: "StaffRequest") -> HttpResponse:
    if four := last_four_of_card(request.GET.get("q", "")):
        # The script does so before anything is sent (static/crm/search.js).
        messages.info(request, "Card numbers are not searched for. These are the results for the last four digits.")
        return redirect(f"{reverse('customers:list')}?{urlencode({'q': four})}")
    list_filter = read_list_filter(request.GET)
    page = list_page(list_filter.criteria, list_filter.sort, after=list_filter.after)
    selected = parse_numbers(request.GET.getlist("customer"))[:MOST_SELECTED]
    shown = {line.customer.pk for line in page.lines}
    url = reverse("customers:list")
    context = {
        "title": "Customers",
        "list_filter": list_filter,
        "understood": interpretation(list_filter.text),
        "page": page,
        "selected": selected,
        "selected_elsewhere": [pk for pk in selected if pk not in shown],
        "here": url + list_filter.address(after=request.GET.get("after", "")),
        "first": url + list_filter.address(),
        "following": url + list_filter.address(after=page.following) if page.following else "",
        "statuses": STATUSES,
        "countries": COUNTRIES,
        "sorts": SORTS,
    }
    is_part = request.htmx.target == "customer-rows"
    return render(request, f"customers/search/{'_customer_rows' if is_part else 'customer_list'}.html", context)
