from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from customers.lib.numbers import parse_number, parse_numbers
from customers.lib.phrases import isolated
from customers.matching import candidates, not_duplicates
from customers.matching.duplicates import candidates_for, duplicates_of
from customers.merging.plan import MergeError
from customers.merging.views.shared import (
    choose_url,
    chosen,
    get_customer,
    values_url,
    warn_not_merged,
    with_survivor,
)
from customers.models import Customer
from customers.search.find import MOST_FOUND, find
from customers.web.permissions import UNMATCHED, may_merge, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
@with_survivor
@vary_on_headers("HX-Target")
def merge_choose(request: "StaffRequest", survivor: Customer) -> HttpResponse:
    if request.method == "POST":
        return _choose(request, survivor)
    context = _candidates(request, survivor)
    if request.htmx.target == "search-results":
        return render(request, "customers/merging/_search_results.html", context)
    return render(
        request, "customers/merging/merge_choose.html", {"title": f"Merge into {isolated(survivor.name)}", **context}
    )


def _choose(request: "StaffRequest", survivor: Customer) -> HttpResponse:
    ticked = request.POST.getlist("duplicate")
    if "search" in request.POST:
        return redirect(choose_url(survivor, ticked, q=request.POST.get("q", "")))
    try:
        _, *duplicates = chosen(request, survivor, parse_numbers(ticked))
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor, ticked))
    return redirect(values_url(survivor, [customer.pk for customer in duplicates]))


def _candidates(request: "StaffRequest", survivor: Customer) -> dict[str, Any]:
    ticked = parse_numbers(request.GET.getlist("duplicate"))
    duplicates = duplicates_of(survivor)
    rows = candidates.candidate_rows(duplicates, ticked=ticked if "ticked" in request.GET else None)
    context: dict[str, Any] = {
        "survivor": survivor,
        "rows": [row for row in rows if not row.candidate.dismissal],
        "not_duplicates": [row for row in rows if row.candidate.dismissal],
        "may_search": request.user.has_perm(UNMATCHED),
    }
    if context["may_search"]:
        listed = {candidate.customer.pk for candidate in duplicates}
        context |= _search(survivor, request.GET.get("q", "").strip(), ticked, listed)
    return context


def _search(survivor: Customer, term: str, ticked: list[int], listed: set[int]) -> dict[str, Any]:
    selected = Customer.objects.live().filter(pk__in=ticked).exclude(pk__in=[survivor.pk, *listed])
    others = {customer.pk: customer for customer in selected}
    hits = find(term).exclude(pk__in=[survivor.pk, *listed]).order_by("pk")[:MOST_FOUND] if term else []
    others |= {customer.pk: customer for customer in hits}
    rows = candidates.candidate_rows(candidates_for(survivor, list(others.values())), ticked=ticked)
    return {"q": term, "search_rows": rows, "has_no_hits": bool(term) and not hits}


@require_POST
@may_merge
@may_view
@with_survivor
def merge_dismiss(request: "StaffRequest", survivor: Customer) -> HttpResponse:
    reversed_for = request.POST.get("reverse", "")
    pk = reversed_for or request.POST.get("not_duplicate", "")
    other = get_customer(parse_number(pk) or 0)
    if reversed_for:
        if not_duplicates.unmark_not_duplicates(survivor, other, by=request.user):
            messages.success(
                request,
                f"{other.name_with_number} can be suggested as a duplicate of {survivor.name_with_number} again.",
            )
    elif not_duplicates.mark_not_duplicates(survivor, other, by=request.user):
        messages.success(request, _marked_message(survivor, other))
    else:
        messages.error(request, f"Nothing was saved: {other.name_with_number} was merged or erased meanwhile.")
    return redirect(choose_url(survivor, request.POST.getlist("duplicate")))


def _marked_message(survivor: Customer, other: Customer) -> str:
    # The button belongs to the form of the page that shows the message.
    return format_html(
        "<span>{} will not be suggested as a duplicate of {} again.</span>"
        '<button class="button small" form="choose" formaction="{}" name="reverse" value="{}">Undo</button>',
        other.name_with_number,
        survivor.name_with_number,
        reverse("customers:merge_dismiss", args=[survivor.pk]),
        other.pk,
    )
