"""What follows when a user confirms a merge that needs a second person: the merge is asked for."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from customers.merging import drafts
from customers.merging.plan import MergePlan
from customers.merging.second_person.ask import RequestError, ask_second_person
from customers.models import MergeDraft
from customers.web.fields import reason_in
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest


def asked(
    request: StaffRequest, plan: MergePlan, because: Sequence[str], *, draft: MergeDraft | None, back: str
) -> HttpResponse:
    """`draft` has what was entered; `back` is the page to correct."""
    entered = {"entered": draft.entered, "new_password": draft.new_password} if draft else {}
    try:
        made = ask_second_person(plan, because=because, reason=reason_in(request), by=request.user, **entered)
    except RequestError as error:
        messages.error(request, emphasised("Nothing was asked.", str(error)))
        return redirect(back)
    if draft:
        drafts.discard(draft)
    messages.success(request, emphasised("Asked.", "Nothing is merged until another user confirms."))
    return redirect(made)
