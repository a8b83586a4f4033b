from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.lib.numbers import parse_number
from customers.lib.pages import Page
from customers.matching.forms import WorklistFilterForm
from customers.matching.keys import MOST_SHARING
from customers.matching.not_duplicates import NotDuplicateRow, not_duplicates_page
from customers.matching.related import RELATIONS
from customers.matching.worklist.page import WorklistPage
from customers.matching.worklist.pairs import PageOfPairs
from customers.matching.worklist.queue import read_place
from customers.matching.worklist.tabs import GroupsTab, groups_tab, read_page
from customers.models import Relation
from customers.permissions import VIEW_ORDERS
from customers.web.fields import LONGEST_REASON
from customers.web.permissions import StaffRequest, may_view

RELATED, DISMISSED = "related", "dismissed"
TABS: dict[str, str] = {
    GroupsTab.SHARED: "Same email or phone",
    GroupsTab.LIKELY: "Likely",
    GroupsTab.EVIDENCE: "Same company or ID",
    RELATED: "Related",
    DISMISSED: "Not duplicates",
}
TEMPLATES: dict[str, str] = {
    GroupsTab.SHARED: "worklist.html",
    GroupsTab.LIKELY: "likely.html",
    GroupsTab.EVIDENCE: "other_evidence.html",
    **dict.fromkeys((RELATED, DISMISSED), "not_duplicates.html"),
}
STAY = ("tab", "after", *WorklistFilterForm.base_fields)
"""What of the address stays after an act."""


@require_safe
@may_view
def duplicate_list(request: StaffRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else GroupsTab.SHARED
    after = request.GET.get("after", "")
    filters = _filters(request, request.GET) if tab not in (RELATED, DISMISSED) else None
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


def groups_page(request: StaffRequest, query: QueryDict) -> WorklistPage | PageOfPairs:
    """The page of groups of a tab with this query."""
    return _groups(query.get("after", ""), _filters(request, query))


def _filters(request: StaffRequest, query: QueryDict) -> WorklistFilterForm:
    tab = groups_tab(query.get("tab", ""))
    return WorklistFilterForm(query, tab=tab, with_orders=request.user.has_perm(VIEW_ORDERS))


def _groups(after: str, filters: WorklistFilterForm) -> WorklistPage | PageOfPairs:
    return read_page(filters.tab, read_place(after), only=filters.worklist_filter)


def _page(
    tab: str, after: str, filters: WorklistFilterForm | None
) -> Page[NotDuplicateRow, int] | WorklistPage | PageOfPairs:
    if not filters:
        relations = RELATIONS if tab == RELATED else ("",)
        return not_duplicates_page(before=parse_number(after), relations=relations)
    return _groups(after, filters)
