"""The merge requests on the list and on Home."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from customers.models import Customer, MergeRequest, RequestState
from customers.permissions import MERGE, REVIEW
from customers.snapshot import after_reading
from customers.statements.prepared import Prepared, Slot

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
        waiting = _with_customers(_waiting_of_others(user.pk))
    return RequestsOnHome(waiting, unseen_answers(user))


def unseen_answers(user: User) -> Sequence[MergeRequest]:
    """Answers to requests of this user, who did not open them yet; the newest first."""
    if not user.has_perm(MERGE):
        return []
    return _with_customers(_unseen_answers(user.pk))


def requests_of(customer: Slot) -> QuerySet[MergeRequest, Any]:
    """The primary keys of those that wait and have the customer."""
    return MergeRequest.objects.filter(state=RequestState.WAITING, customers=customer).values_list("pk")


def requests_among(customers: Collection[int]) -> Sequence[int]:
    """The primary keys of those that wait and have any of `customers`."""
    waiting = MergeRequest.objects.filter(state=RequestState.WAITING, customers__in=customers)
    return sorted(set(waiting.values_list("pk", flat=True)))


_waiting_of_others = Prepared(
    lambda user: _with_people().filter(state=RequestState.WAITING).exclude(by=user).order_by("pk")[:MOST_ON_HOME]
)
_unseen_answers = Prepared(
    lambda user: (
        _with_people().filter(by=user, is_told=False).exclude(state=RequestState.WAITING).order_by("-pk")[:MOST_ON_HOME]
    )
)


def _with_customers(requests: Sequence[MergeRequest]) -> Sequence[MergeRequest]:
    prefetch_related_objects(requests, _customers())
    return requests


def note_as_told(request: MergeRequest, *, reader: User) -> None:
    """Who asked has seen the answer."""
    if request.by_id == reader.pk and not (request.is_told or request.is_waiting):
        after_reading(MergeRequest.objects.filter(pk=request.pk).update, is_told=True)


def _with_people() -> QuerySet[MergeRequest]:
    return MergeRequest.objects.select_related("by", "answered_by", "survivor").prefetch_related(_customers())


def _customers() -> Prefetch[str]:
    return Prefetch("customers", Customer.objects.order_by("pk"))
