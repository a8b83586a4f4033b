from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers.engagement.forms.notes import NoteForm
from customers.lib.addresses.address import address_lines
from customers.lib.phrases import isolated
from customers.matching.consent_refusals import refusers_among
from customers.matching.related import related_by
from customers.models import Customer
from customers.pages import tabs
from customers.pages.read import CustomerRows, customer_by_pk, read_customer
from customers.pages.timeline import timeline_entries
from customers.pages.views.sections import newest, rows, timeline, totals_and_plot
from customers.permissions import CHANGE_CUSTOMERS, MERGE, UNMATCHED, VIEW_ORDERS
from customers.profile.display import contact_lines, other_contacts, other_info
from customers.records.source_records import records_of
from customers.search.recent import record_visit
from customers.snapshot import after_reading
from customers.totals.sums import totals_rows
from customers.web.permissions import StaffRequest, may_view
from customers.web.retired import redirect_to_survivor

MOST_OTHER_CONTACTS = 2  # so that the orders are on the first screen


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_detail(request: StaffRequest, pk: int) -> HttpResponse:
    customer = customer_by_pk(pk)
    if customer is None:
        raise Http404
    if not customer.is_live:
        return redirect_to_survivor(request, customer)
    if request.htmx.target == "rows":
        filled = tabs.filled(tabs.fillings(customer.pk).get())
        parts = records_of(customer), list(totals_rows(customer)), filled
        return render(request, "customers/page/_tab_rows.html", rows(request, customer, *parts))
    may_note = "note" in request.GET and request.user.has_perm(CHANGE_CUSTOMERS)
    form = NoteForm() if may_note else None
    if request.htmx.target == "history":
        entries = timeline_entries(customer, with_orders=request.user.has_perm(VIEW_ORDERS))
        context = timeline(customer, records_of(customer), entries, form)
        return render(request, "customers/page/_timeline.html", context)
    if request.method == "GET":
        after_reading(record_visit, customer, by=request.user)
    return render_page(request, customer, form)


def render_page(request: StaffRequest, customer: Customer, form: NoteForm | None, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    read = read_customer(customer, with_orders=request.user.has_perm(VIEW_ORDERS), now=now)
    shown = rows(request, customer, read.records, read.totals, read.filled)
    context = {
        "title": isolated(customer.name),
        "due": read.due,
        **shown,
        **newest(customer, shown),
        **timeline(customer, read.records, read.timeline, form),
        **totals_and_plot(request, customer, read, now=now),
        **head(request, customer, read),
        **facts(customer, read),
    }
    return render(request, "customers/page/customer_detail.html", context, status=status)


def head(request: StaffRequest, customer: Customer, read: CustomerRows) -> dict[str, Any]:
    may_merge = request.user.has_perm(MERGE)
    return {
        "tags": read.tags,
        "candidates": read.candidates if may_merge else [],
        "refusers": refusers_among(customer, read.candidates),
        "duplicates": sum(candidate.dismissal is None for candidate in read.candidates),
        "may_merge_any": may_merge and request.user.has_perm(UNMATCHED),
        "has_merges": read.has_merges,
        "merge_requests": read.requests if may_merge else [],
    }


def facts(customer: Customer, read: CustomerRows) -> dict[str, Any]:
    others = list(other_contacts(customer, read.records.values()))
    return {
        "identity": contact_lines(customer),
        "related": related_by(read.marks),
        "other_contacts": others[:MOST_OTHER_CONTACTS],
        "more_contacts": len(others[MOST_OTHER_CONTACTS:]),
        "other": list(other_info(customer, read.attributes)),
        "billing_lines": address_lines(customer.billing_address),
        "shipping_lines": address_lines(customer.shipping_address),
    }
