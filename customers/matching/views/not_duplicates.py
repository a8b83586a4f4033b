from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from customers.lib.numbers import parse_number
from customers.lib.phrases import join_words
from customers.matching.not_duplicates import mark_all_not_duplicates, unmark_all_not_duplicates
from customers.matching.related import RELATIONS, mark_related
from customers.matching.views.worklist import STAY
from customers.models import Customer, Relation
from customers.web.fields import reason_in
from customers.web.permissions import StaffRequest, may_merge, may_view

NOT_DUPLICATES, REVERSE = "not_duplicates", "reverse"
ANSWERS = (REVERSE, *RELATIONS, NOT_DUPLICATES)
"""The buttons of the worklist and of Compare; the value of each are the customers."""
MOST = 100
PAIR = 2


@require_POST
@may_merge
@may_view
def duplicates_dismiss(request: StaffRequest) -> HttpResponse:
    answer = next((answer for answer in ANSWERS if request.POST.get(answer)), "")
    texts = request.POST.get(answer, "").split()[:MOST]
    # A text that is not a number becomes 0, which no customer has: the form is refused, and no part of it carried out.
    if numbers := {parse_number(text) or 0 for text in texts}:
        _carry_out(request, answer, numbers)
    if "compared" in request.POST and len(numbers) == PAIR and all(numbers):
        return redirect("customers:why", *sorted(numbers))
    back = {name: request.POST[name] for name in STAY if request.POST.get(name)}
    return redirect(f"{reverse('customers:duplicates')}?{urlencode(back)}" if back else "customers:duplicates")


def _carry_out(request: StaffRequest, answer: str, numbers: set[int]) -> None:
    if answer == REVERSE:
        if customers := unmark_all_not_duplicates(numbers, by=request.user):
            messages.success(request, f"{_named(customers)} can be suggested as duplicates of each other again.")
        return
    mark = partial(mark_related, relation=Relation(answer)) if answer in RELATIONS else mark_all_not_duplicates
    if customers := mark(numbers, by=request.user, reason=reason_in(request)):
        messages.success(request, _marked_message(request, customers))
    else:
        messages.error(request, "Nothing was saved: one of these customers was merged or erased a moment ago.")


def _named(customers: list[Customer]) -> str:
    return join_words([customer.name_with_number for customer in customers])


def _marked_message(request: StaffRequest, customers: list[Customer]) -> SafeString | str:
    text = f"{_named(customers)} will not be suggested as duplicates of each other again."
    if "compared" in request.POST:
        return text
    # The button belongs to the form of the page that shows the message.
    return format_html(
        '<span>{}</span><button class="button small" form="worklist" name="reverse" value="{}">Undo</button>',
        text,
        " ".join(str(customer.pk) for customer in customers),
    )
