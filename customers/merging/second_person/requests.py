"""The merge requests on the list and on Home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from customers.models import Customer, MergeRequest, RequestState
from customers.permissions import MERGE, REVIEW
from customers.snapshot import after_reading

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_SHOWN, MOST_ON_HOME = 50, 5


def waiting_requests() -> Sequence[MergeRequest]:
    """The oldest first."""
    return list(_with_people().filter(state=RequestState.WAITING).order_by("pk")[:MOST_SHOWN])


def answered_requests() -> Sequence[MergeRequest]:
    """The newest first."""
    answered = [state for state in RequestState if state != RequestState.WAITING]
    return list(_with_people().filter(state__in=answered).order_by("-pk")[:MOST_SHOWN])


@dataclass(frozen=True)
class RequestsOnHome:
    """Those that wait for this user, and answers to the user's own that are news."""

    waiting: Sequence[MergeRequest]
    answers: Sequence[MergeRequest]


def requests_for(user: User) -> RequestsOnHome:
    waiting: Sequence[MergeRequest] = []
    if user.has_perms([REVIEW, MERGE]):
        others = _with_people().filter(state=RequestState.WAITING).exclude(by=user)
        waiting = list(others.order_by("pk")[:MOST_ON_HOME])
    own = _with_people().filter(by=user, is_told=False).exclude(state=RequestState.WAITING)
    return RequestsOnHome(waiting, list(own.order_by("-pk")[:MOST_ON_HOME]))


def note_as_told(request: MergeRequest, *, reader: User) -> None:
    """Who asked has seen the answer."""
    if request.by_id == reader.pk and not (request.is_told or request.is_waiting):
        after_reading(MergeRequest.objects.filter(pk=request.pk).update, is_told=True)


def _with_people() -> QuerySet[MergeRequest]:
    customers = Prefetch("customers", Customer.objects.order_by("pk"))
    return MergeRequest.objects.select_related("by", "answered_by", "survivor").prefetch_related(customers)
