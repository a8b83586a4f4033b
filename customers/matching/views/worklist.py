from typing import TYPE_CHECKING

from django.http import HttpResponse, QueryDict
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
    filters = _filters(request, request.GET, tab) if tab in (SHARED, LIKELY) else None
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


def groups_page(request: "StaffRequest", query: QueryDict) -> LikelyPage | WorklistPage:
    """The page of groups with this query: of those who are likely the same, or of those who share a value."""
    tab = LIKELY if query.get("tab") == LIKELY else SHARED
    return _groups(tab, query.get("after", ""), _filters(request, query, tab))


def _filters(request: "StaffRequest", query: QueryDict, tab: str) -> WorklistFilterForm:
    return WorklistFilterForm(query, of_likely=tab == LIKELY, with_orders=request.user.has_perm(VIEW_ORDERS))


def _groups(tab: str, after: str, filters: WorklistFilterForm) -> LikelyPage | WorklistPage:
    if tab == LIKELY:
        return likely_page(read_place(after), only=filters.worklist_filter)
    return worklist_page(read_place(after), only=filters.worklist_filter)


def _page(tab: str, after: str, filters: WorklistFilterForm | None) -> NotDuplicatesPage | LikelyPage | WorklistPage:
    if not filters:
        relations = RELATIONS if tab == RELATED else ("",)
        return not_duplicates_page(before=parse_number(after) or 0, relations=relations)
    return _groups(tab, after, filters)
