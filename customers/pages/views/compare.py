from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from customers.matching.explain import explain_match
from customers.matching.likely.worklist_tab import likely_evidence
from customers.models import Customer, Relation
from customers.permissions import MERGE, UNMATCHED
from customers.search.first_found import MOST_FOUND, find_by_number_or_text
from customers.web.fields import LONGEST_REASON
from customers.web.permissions import StaffRequest, may_view
from customers.web.retired import redirect_to_survivor

SIDES = {"one": "First customer", "other": "Second customer"}


@dataclass(frozen=True)
class Side:
    """One of the two fields of the form: its text, and links to the customers that it finds."""

    name: str
    label: str
    typed: str
    links: list[tuple[Customer, str]]


@require_safe
@may_view
def why_ask(request: StaffRequest) -> HttpResponse:
    typed = {name: request.GET.get(name, "").strip() for name in SIDES}
    matches = {name: find_by_number_or_text(text, most=MOST_FOUND) for name, text in typed.items()}
    if all(len(customers) == 1 for customers in matches.values()):
        return redirect("customers:why", *(customers[0].pk for customers in matches.values()))
    sides = [
        Side(name, label, typed[name], [(c, _ask_url({**typed, name: str(c.pk)})) for c in matches[name]])
        for name, label in SIDES.items()
    ]
    return render(
        request,
        "customers/page/compare_choose.html",
        {"title": "Compare two customers", "sides": sides},
    )


def _ask_url(typed: dict[str, str]) -> str:
    return f"{reverse('customers:why_ask')}?{urlencode(typed)}"


@require_safe
@may_view
def why(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    pair = [get_object_or_404(Customer.objects.select_related("merged_into"), pk=number) for number in (pk, other)]
    one, two = roots = [customer.live_root() for customer in pair]
    for customer, root in zip(pair, roots, strict=True):
        if customer.erased_at or root.erased_at:
            return redirect_to_survivor(request, customer)
    if one == two:
        return render(
            request, "customers/page/compare_records.html", {"title": "Same customer", "pair": pair, "root": one}
        )
    if roots != pair:
        messages.info(request, "One of these customers was merged. This page compares the customer that was kept.")
        return redirect("customers:why", one.pk, two.pk)
    explanation = explain_match(one, two)
    may_mark = request.user.has_perm(MERGE)
    context = {
        "title": f"{one.name_with_number} and {two.name_with_number}",
        "explanation": explanation,
        "likely": likely_evidence(one, two),
        "may_merge": may_mark and (explanation.is_match or request.user.has_perm(UNMATCHED)),
        "may_mark": may_mark,
        "relations": Relation.choices,
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "customers/page/compare.html", context)
