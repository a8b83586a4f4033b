from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from customers.engagement.forms import NoteForm
from customers.labels.attributes import attributes_of
from customers.labels.tags import tags_of
from customers.lib.address import address_lines
from customers.lib.phrases import isolated
from customers.matching.duplicates import duplicates_of
from customers.matching.refusers import refusers_among
from customers.matching.related import related_customers
from customers.models import Customer, Merge, MergeMember
from customers.pages import tabs
from customers.pages.views.sections import rows, timeline, totals_and_plot, waiting
from customers.profile.display import former_contacts, identity_lines, other_info
from customers.profile.fields import REFERENCE_KEYS
from customers.records.listing import records_of
from customers.search.recent import record_visit
from customers.snapshot import after_reading
from customers.totals.sums import totals_rows
from customers.web.permissions import MERGE, UNMATCHED, may_view
from customers.web.retired import redirect_to_survivor

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

# More are folded, so that the orders are on the first screen.
MOST_FORMER, MOST_FACTS = 2, 12


@require_safe
@may_view
@vary_on_headers("HX-Target")
def customer_detail(request: "StaffRequest", pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.select_related("owner", *REFERENCE_KEYS), pk=pk)
    if not customer.is_live:
        return redirect_to_survivor(request, customer)
    if request.htmx.target == "rows":
        parts = records_of(customer), totals_rows(customer)
        return render(request, "customers/page/_tab_rows.html", rows(request, customer, *parts))
    may_note = "note" in request.GET and request.user.has_perm("customers.change_customer")
    form = NoteForm() if may_note else None
    if request.htmx.target == "history":
        records = records_of(customer)
        return render(request, "customers/page/_timeline.html", timeline(request, customer, records, form))
    if request.method == "GET":
        after_reading(record_visit, customer, by=request.user)
    return render_page(request, customer, form)


def render_page(
    request: "StaffRequest", customer: Customer, form: NoteForm | None, *, status: int = 200
) -> HttpResponse:
    records, totals = records_of(customer), totals_rows(customer)
    context = {
        "title": isolated(customer.name),
        **rows(request, customer, records, totals),
        **timeline(request, customer, records, form),
        **totals_and_plot(request, customer, totals),
        **head(request, customer),
        **facts(customer, records),
        **waiting(customer),
    }
    return render(request, "customers/page/customer_detail.html", context, status=status)


def head(request: "StaffRequest", customer: Customer) -> dict[str, Any]:
    may_merge = request.user.has_perm(MERGE)
    candidates = duplicates_of(customer)
    return {
        "tags": tags_of(customer),
        "candidates": candidates if may_merge else [],
        "refusers": refusers_among(customer, candidates),
        "duplicates": sum(candidate.dismissal is None for candidate in candidates),
        "may_merge_any": may_merge and request.user.has_perm(UNMATCHED),
        "has_merges": has_merges(customer),
    }


def has_merges(customer: Customer) -> bool:
    survived = Exists(Merge.objects.filter(survivor=OuterRef("pk")))
    was_duplicate = Exists(MergeMember.objects.filter(duplicate=OuterRef("pk")))
    return Customer.objects.filter(survived | was_duplicate, pk=customer.pk).exists()


def facts(customer: Customer, records: tabs.Records) -> dict[str, Any]:
    former = list(former_contacts(customer, records.values()))
    other = list(other_info(customer, attributes_of(customer)))
    return {
        "identity": identity_lines(customer),
        "related": related_customers(customer, records.values()),
        "former": former[:MOST_FORMER],
        "more_former": len(former[MOST_FORMER:]),
        "other": other[:MOST_FACTS],
        "more_other": other[MOST_FACTS:],
        "billing_lines": address_lines(customer.billing_address),
        "shipping_lines": address_lines(customer.shipping_address),
    }
