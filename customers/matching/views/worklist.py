from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.lib.numbers import parse_number
from customers.matching.forms import WorklistFilterForm
from customers.matching.keys import MOST_SHARING
from customers.matching.likely.listing import LikelyPage, likely_page
from customers.matching.not_duplicates import NotDuplicatesPage, not_duplicates_page
from customers.matching.related import RELATIONS
from customers.matching.worklist.listing import WorklistPage, worklist_page
from customers.matching.worklist.queue import read_place
from customers.models import Relation
from customers.web.fields import LONGEST_REASON
from customers.web.permissions import VIEW_ORDERS, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

SHARED, LIKELY, RELATED, DISMISSED = "", "likely", "related", "dismissed"
TABS = {SHARED: "Same email or phone", LIKELY: "Likely", RELATED: "Related", DISMISSED: "Not duplicates"}
TEMPLATES = {
    SHARED: "worklist.html",
    LIKELY: "likely.html",
    **dict.fromkeys((RELATED, DISMISSED), "not_duplicates.html"),
}
STAY = ("tab", "after", *WorklistFilterForm.base_fields)
"""What of the address stays after an act."""


@require_safe
@may_view
def duplicate_list(request: "StaffRequest") -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else SHARED
    after = request.GET.get("after", "")
    filters = None
    if tab in (SHARED, LIKELY):
        filters = WorklistFilterForm(
            request.GET, of_likely=tab == LIKELY, with_orders=request.user.has_perm(VIEW_ORDERS)
        )
    context = {
        "title": "Duplicates",
        "tabs": TABS,
        "tab": tab,
        "after": after,
        "filters": filters,
        "page": _page(tab, after, filters),
        "most_sharing": MOST_SHARING,
        "longest_reason": LONGEST_REASON,
        "relations": Relation.choices,
    }
    return render(request, f"customers/matching/{TEMPLATES[tab]}", context)


def _page(tab: str, after: str, filters: WorklistFilterForm | None) -> NotDuplicatesPage | LikelyPage | WorklistPage:
    if not filters:
        relations = RELATIONS if tab == RELATED else ("",)
        return not_duplicates_page(before=parse_number(after) or 0, relations=relations)
    if tab == LIKELY:
        return likely_page(read_place(after), only=filters.worklist_filter)
    return worklist_page(read_place(after), only=filters.worklist_filter)
