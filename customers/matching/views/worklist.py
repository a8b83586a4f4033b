from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.lib.numbers import parse_number
from customers.matching.keys import MOST_SHARING
from customers.matching.likely.listing import LikelyPage, likely_page
from customers.matching.not_duplicates import NotDuplicatesPage, not_duplicates_page
from customers.matching.related import RELATIONS
from customers.matching.worklist.listing import WorklistPage, worklist_page
from customers.models import Relation
from customers.web.fields import LONGEST_REASON
from customers.web.permissions import may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

KINDS = {"": "To review", "both": "Same email and phone", "email": "Same email", "phone": "Same phone"}
LIKELY, DISMISSED, RELATED = "likely", "dismissed", "related"
TABS = {**KINDS, LIKELY: "Likely", DISMISSED: "Not duplicates", RELATED: "Related"}
TEMPLATES = {LIKELY: "likely.html", DISMISSED: "not_duplicates.html", RELATED: "not_duplicates.html"}


@require_safe
@may_view
def duplicate_list(request: "StaffRequest") -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    before = parse_number(request.GET.get("before", "")) or 0
    context = {
        "title": "Duplicates",
        "tabs": TABS,
        "tab": tab,
        "before": before,
        "page": _page(tab, before),
        "most_sharing": MOST_SHARING,
        "longest_reason": LONGEST_REASON,
        "relations": Relation.choices,
    }
    return render(request, f"customers/matching/{TEMPLATES.get(tab, 'worklist.html')}", context)


def _page(tab: str, before: int) -> NotDuplicatesPage | LikelyPage | WorklistPage:
    if tab in (DISMISSED, RELATED):
        return not_duplicates_page(before=before, relations=RELATIONS if tab == RELATED else ("",))
    return likely_page(before=before) if tab == LIKELY else worklist_page(before=before, kind=tab)
