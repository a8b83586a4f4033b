"""The second question: before a refund, a deletion, new permissions or keys, is it still the same person?

A view says so by `asks_again`, after its permissions. What the question looks like, and who answers it, is known above
(`crm.accounts.web.second_question`). An answer counts for ten minutes, as does a sign-in.
"""

import time
from collections.abc import MutableMapping
from functools import wraps
from typing import Any, ParamSpec

from django.http.response import HttpResponseBase

from customers.web.permissions import StaffRequest, View

ANSWERED = "answered_at"
REMEMBERED = 10 * 60  # seconds

P = ParamSpec("P")


class SecondQuestionError(Exception):
    """Nothing was done yet: the user must answer first."""


def asks_again(view: View[P]) -> View[P]:
    """Only where something is sent: to look needs no answer."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST":
            require_answer(request)
        return view(request, *args, **kwargs)

    return guarded


def require_answer(request: StaffRequest) -> None:
    """For a view of which only some forms ask."""
    if not is_answered(request.session):
        raise SecondQuestionError


def note_answer(session: MutableMapping[str, Any]) -> None:
    session[ANSWERED] = time.time()


def is_answered(session: MutableMapping[str, Any]) -> bool:
    return bool(session.get(ANSWERED, 0) > time.time() - REMEMBERED)
