from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from customers.lib.numbers import parse_number
from customers.lib.phrases import join_words
from customers.matching import not_duplicates
from customers.matching.keys import MOST_SHARING
from customers.matching.likely.listing import LikelyPage, likely_page
from customers.matching.not_duplicates import NotDuplicatesPage, not_duplicates_page
from customers.matching.worklist.listing import WorklistPage, worklist_page
from customers.models import Customer
from customers.web.fields import LONGEST_REASON, reason_in
from customers.web.permissions import may_merge, may_view

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

KINDS = {"": "To review", "both": "Same email and phone", "email": "Same email", "phone": "Same phone"}
LIKELY, DISMISSED = "likely", "dismissed"
TABS = {**KINDS, LIKELY: "Likely", DISMISSED: "Not duplicates"}
TEMPLATES = {LIKELY: "likely.html", DISMISSED: "not_duplicates.html"}
MOST = 100


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
    }
    return render(request, f"customers/matching/{TEMPLATES.get(tab, 'worklist.html')}", context)


def _page(tab: str, before: int) -> NotDuplicatesPage | LikelyPage | WorklistPage:
    if tab == DISMISSED:
        return not_duplicates_page(before=before)
    return likely_page(before=before) if tab == LIKELY else worklist_page(before=before, kind=tab)


@require_POST
@may_merge
@may_view
def duplicates_dismiss(request: "StaffRequest") -> HttpResponse:
    reversed_numbers = request.POST.get("reverse", "")
    texts = (reversed_numbers or request.POST.get("not_duplicates", "")).split()[:MOST]
    # A text that is not a number becomes 0, which no customer has: the form is refused, and no part of it carried out.
    if numbers := {parse_number(text) or 0 for text in texts}:
        (_reverse if reversed_numbers else _dismiss)(request, numbers)
    back = {name: request.POST[name] for name in ("tab", "before") if request.POST.get(name)}
    return redirect(f"{reverse('customers:duplicates')}?{urlencode(back)}" if back else "customers:duplicates")


def _dismiss(request: "StaffRequest", numbers: set[int]) -> None:
    if customers := not_duplicates.mark_all_not_duplicates(numbers, by=request.user, reason=reason_in(request)):
        messages.success(request, _dismissed_message(customers))
    else:
        messages.error(request, "Nothing was saved: one of these customers was merged or erased a moment ago.")


def _reverse(request: "StaffRequest", numbers: set[int]) -> None:
    if customers := not_duplicates.unmark_all_not_duplicates(numbers, by=request.user):
        messages.success(request, f"{_named(customers)} can be suggested as duplicates of each other again.")


def _named(customers: list[Customer]) -> str:
    return join_words([customer.name_with_number for customer in customers])


def _dismissed_message(customers: list[Customer]) -> SafeString:
    # The button belongs to the form of the page that shows the message.
    return format_html(
        "<span>{} will not be suggested as duplicates of each other again.</span>"
        '<button class="button small" form="worklist" name="reverse" value="{}">Undo</button>',
        _named(customers),
        " ".join(str(customer.pk) for customer in customers),
    )
