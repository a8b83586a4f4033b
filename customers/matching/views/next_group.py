from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers.lib.numbers import parse_number
from customers.matching.views.worklist import groups_page
from customers.templatetags.worklist import merge_address
from customers.web.permissions import StaffRequest, may_merge, may_view

MOST_PAGES = 3


@require_safe
@may_merge
@may_view
def next_group(request: StaffRequest) -> HttpResponse:
    """The merge of the group that follows the one at `at` of a page of the worklist, which has left it by now.

    After the last group the first one follows, of those that are still to review.
    """
    query = request.GET.copy()
    at = parse_number((query.pop("at", None) or ["0"])[0]) or 0
    merged = parse_number((query.pop("merged", None) or [""])[0])
    for _ in range(MOST_PAGES):
        page = groups_page(request, query)
        for position, group in enumerate(page.groups[at:], start=at):
            if all(member.customer.pk != merged for member in group.members):
                return redirect(merge_address(group.merge_address, query.urlencode(), position))
        if not (page.following or at or "after" in query):
            break
        query["after"], at = page.following, 0
        if not page.following:
            del query["after"]
    messages.info(request, "No other group is left to review.")
    return redirect(f"{reverse('customers:duplicates')}?{query.urlencode()}" if query else "customers:duplicates")
