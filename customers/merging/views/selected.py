from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers.lib.numbers import parse_numbers
from customers.merging.views.came_from import came_from, keeps_list
from customers.merging.views.shared import choose_url
from customers.models import Customer
from customers.search.forms import MOST_SELECTED
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest, may_merge, may_view


@require_safe
@may_merge
@may_view
@keeps_list
def merge_selected(request: StaffRequest) -> HttpResponseRedirect:
    """From the ticks of a list to the first step of their merge, where the oldest is kept unless another is chosen."""
    numbers = set(parse_numbers(request.GET.getlist("customer")))
    if len(numbers) > MOST_SELECTED:
        return _refused(request, f"Select at most {MOST_SELECTED} customers.")
    selected = Customer.objects.select_related("merged_into").filter(pk__in=numbers, erased_at=None)
    # One that was merged since the list was read stands for its survivor.
    roots = {customer.live_root() for customer in selected}
    if len(roots) < 2:
        return _refused(request, "Select at least two customers.")
    survivor, *duplicates = sorted(roots, key=lambda customer: (customer.created, customer.pk))
    return redirect(choose_url(survivor, [customer.pk for customer in duplicates]))


def _refused(request: StaffRequest, why: str) -> HttpResponseRedirect:
    messages.error(request, emphasised("Nothing was merged.", why))
    return redirect(came_from(request) or reverse("customers:list"))
