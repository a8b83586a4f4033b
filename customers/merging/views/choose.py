from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from customers.lib.numbers import parse_number, parse_numbers
from customers.lib.phrases import isolated
from customers.matching import not_duplicates
from customers.merging import drafts
from customers.merging.forms.values import ValuesForm
from customers.merging.plan import MergeError
from customers.merging.selection import selection_for
from customers.merging.views.came_from import came_from, keeps_list
from customers.merging.views.shared import (
    choose_url,
    chosen,
    get_customer,
    plain_url,
    values_url,
    warn_not_merged,
    with_survivor,
)
from customers.models import Customer
from customers.permissions import UNMATCHED
from customers.web.permissions import StaffRequest, may_merge, may_view


@require_http_methods(["GET", "POST"])
@may_merge
@may_view
@keeps_list
@with_survivor
@vary_on_headers("HX-Target")
def merge_choose(request: StaffRequest, survivor: Customer) -> HttpResponse:
    if request.method == "POST":
        return _choose(request, survivor)
    draft = None if "ticked" in request.GET else drafts.find(survivor.pk, by=request.user)
    ticked = parse_numbers(request.GET.getlist("duplicate"))
    if "ticked" not in request.GET:
        ticked = draft.duplicate_ids if draft else []
    term, may_search = request.GET.get("q", "").strip(), request.user.has_perm(UNMATCHED)
    context = {
        "title": f"Merge into {isolated(survivor.name)}",
        "survivor": survivor,
        "selection": selection_for(
            survivor,
            ticked=ticked if ticked or "ticked" in request.GET else None,
            term=term,
            may_search=may_search,
        ),
        "may_search": may_search,
        "q": term,
        "came_from": came_from(request),
    }
    if request.htmx.target == "search-results":
        return render(request, "customers/merging/_search_results.html", context)
    return render(request, "customers/merging/merge_choose.html", context)


def _choose(request: StaffRequest, survivor: Customer) -> HttpResponse:
    ticked = parse_numbers(request.POST.getlist("duplicate"))
    term = request.POST.get("q", "")
    if "select" in request.POST or "unselect" in request.POST:
        ticked = [pk for pk in ticked if pk not in parse_numbers(request.POST.get("unselect", "").split())]
        ticked += [pk for pk in parse_numbers(request.POST.get("select", "").split()) if pk not in ticked]
        return redirect(choose_url(survivor, ticked, q=term))
    if "search" in request.POST:
        return redirect(choose_url(survivor, ticked, q=term))
    try:
        if kept := parse_number(request.POST.get("survivor", "")):
            return _keep_instead(request, survivor, get_customer(kept), ticked)
        customers = chosen(request, survivor, ticked)
        draft = drafts.keep_selection(customers, by=request.user)
    except MergeError as error:
        warn_not_merged(request, str(error))
        return redirect(choose_url(survivor, ticked))
    is_plain = ValuesForm(customers, draft=draft, by=request.user).is_plain
    return redirect((plain_url if is_plain else values_url)(survivor, [customer.pk for customer in customers[1:]]))


def _keep_instead(request: StaffRequest, survivor: Customer, instead: Customer, ticked: list[int]) -> HttpResponse:
    others = [survivor.pk, *(pk for pk in ticked if pk not in (survivor.pk, instead.pk))]
    if draft := drafts.find(survivor.pk, by=request.user):
        drafts.hand_over(draft, [instead, *Customer.objects.filter(pk__in=others).order_by("pk")], by=request.user)
    return redirect(choose_url(instead, others, q=request.POST.get("q", "")))


@require_POST
@may_merge
@may_view
@keeps_list
@with_survivor
def merge_dismiss(request: StaffRequest, survivor: Customer) -> HttpResponse:
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
