"""What follows a merge: its message, with what can be done next."""

from collections.abc import Collection, Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from customers.lib.phrases import join_words
from customers.merging.views.came_from import came_from, way_on
from customers.models import Customer, Merge
from customers.permissions import CHANGE_CUSTOMERS, UNDO
from customers.totals.sums import OrderTotals, order_totals
from customers.web.messages import message_with_buttons
from customers.web.permissions import StaffRequest


def merged(
    request: StaffRequest, merge: Merge, customers: list[Customer], *, records_shown: Collection[int]
) -> HttpResponse:
    """The answer to whoever merged `customers`, the survivor first; `records_shown` were there at the review."""
    survivor = customers[0]
    survivor.refresh_from_db()
    moved = {pk for member in merge.members.all() for pk in member.records}
    sentences = [_merged_sentence(customers), _moved_sentence(moved), _received_sentence(len(moved - {*records_shown}))]
    text, buttons = " ".join(filter(None, sentences)), [*_ways_on(request, merge)]
    messages.success(request, message_with_buttons(text, buttons, strong="Merged."))
    return redirect(survivor)


def _ways_on(request: StaffRequest, merge: Merge) -> Iterator[tuple[str, str]]:
    if request.user.has_perm(UNDO):
        yield reverse("customers:merge_undo", args=[merge.pk]), "Undo…"
        if request.user.has_perm(CHANGE_CUSTOMERS):
            yield reverse("customers:merge_correct", args=[merge.pk]), "Correct a value"
    if address := came_from(request):
        yield way_on(address, survivor=merge.survivor_id)


def _merged_sentence(customers: list[Customer]) -> str:
    survivor, *duplicates = (customer.name_with_number for customer in customers)
    text = ngettext(
        "%(names)s was merged into %(survivor)s.", "%(names)s were merged into %(survivor)s.", len(duplicates)
    )
    return text % {"names": join_words(duplicates), "survivor": survivor}


def _moved_sentence(records: Collection[int]) -> str:
    orders = sum(order_totals(records).values(), OrderTotals()).orders
    text = ngettext(
        "%(orders)s order and all other records were moved.",
        "%(orders)s orders and all other records were moved.",
        orders,
    )
    return text % {"orders": f"{orders:,}"} if orders else ""


def _received_sentence(records: int) -> str:
    text = ngettext(
        "This includes %(records)s source record received meanwhile.",
        "This includes %(records)s source records received meanwhile.",
        records,
    )
    return text % {"records": records} if records else ""
