from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers.lib.addresses.countries import COUNTRIES
from customers.lib.numbers import parse_numbers
from customers.models import Customer
from customers.search.customer_list import ListPage, list_page
from customers.search.forms import MOST_SELECTED, ListFilter, read_list_filter
from customers.search.interpretation import Interpretation, interpretation
from customers.search.lookups import numbered
from customers.search.query import CalledNumber, called_number
from customers.search.sorting import SORTS
from customers.search.spelling import did_you_mean
from customers.totals.status import STATUSES
from customers.web.permissions import StaffRequest, may_view

MOST_HITS = 8
"""The number of customers below a search field while the search is typed."""
PARTS = {"customer-rows": "_customer_rows", "hits": "_hits"}
"""Templates of what a page asks for by itself, by the element that it fills."""


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_list(request: StaffRequest) -> HttpResponse:
    list_filter = read_list_filter(request.GET)
    text, understood = list_filter.text, interpretation(list_filter.text)
    number = _first_of_all(list_filter)
    page = list_page(list_filter.criteria, list_filter.sort, after=list_filter.after, text=text, above=number)
    if "open" in request.GET and not request.htmx and (only := _only_hit(list_filter, understood, page)):
        return redirect(only)
    may_be_a_slip = not (page.lines or page.is_cut_short or list_filter.after or list_filter.filters)
    meant = did_you_mean(text) if may_be_a_slip else ""
    selected = parse_numbers(request.GET.getlist("customer"))[:MOST_SELECTED]
    shown = {line.customer.pk for line in page.lines}
    url = reverse("customers:list")
    context = {
        "title": "Customers",
        "list_filter": list_filter,
        "understood": understood,
        "did_you_mean": meant,
        "meant": list_filter.address(q=meant),
        "page": page,
        "selected": selected,
        "selected_elsewhere": [pk for pk in selected if pk not in shown],
        "here": url + list_filter.address(after=request.GET.get("after", "")),
        "first": url + list_filter.address(),
        "hits": page.lines[:MOST_HITS],
        "has_more_hits": len(page.lines) > MOST_HITS or bool(page.following),
        "following": url + list_filter.address(after=page.following) if page.following else "",
        "statuses": STATUSES,
        "countries": COUNTRIES,
        "sorts": SORTS,
    }
    part = PARTS.get(request.htmx.target or "", "customer_list")
    return render(request, f"customers/search/{part}.html", context)


def _first_of_all(list_filter: ListFilter) -> int | None:
    """The live customer whose number is searched for, unless a filter leaves them out."""
    called = called_number(list_filter.text) or CalledNumber(list_filter.text)
    customer = None if called.of_order or list_filter.filters else numbered(called.number)
    return None if customer is None or customer.erased_at else customer.live_root().pk


def _only_hit(list_filter: ListFilter, understood: Interpretation | None, page: ListPage) -> Customer | None:
    """The customer to open at once: the only one whom a whole number, email or phone finds, in an unfiltered list."""
    is_exact = understood is not None and understood.is_whole
    if not is_exact or len(page.lines) != 1 or page.following or list_filter.filters or list_filter.after:
        return None
    return page.lines[0].customer
