"""Any request with an idempotency key that changes something: done once, and its answer kept for API_ANSWER_DAYS.

A request claims its key before it is done, so that the same one sent meanwhile is told to wait. What was refused or
failed frees the key. Orders, leads and payments have rules of their own (`idempotency.py`): their key is written in the
same transaction, and a repeat is answered by what became of the order.

An answer shows what its caller may view. It is not given to the same user's key with a narrower scope.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from customers.lib.errors import ActionError
from customers.lib.secrets.digests import is_one_of
from orders.intake.idempotency import IdentifiedRequest, RepeatedRequestError
from orders.models import IdempotencyKey

LONGEST_REQUEST = timedelta(minutes=10)
"""A request that is not over by then was interrupted: its process ended."""


class InProgressError(ActionError):
    def __init__(self) -> None:
        super().__init__("The first request with this key is still being carried out. Send it again in a moment.")


@dataclass(frozen=True)
class KeptAnswer:
    """An answer in JSON, as it was sent the first time."""

    status: int
    body: str


def claim(request: IdentifiedRequest, *, views: Set[str]) -> IdempotencyKey | KeptAnswer:
    """The key, which is this request's now, or the answer to the same request before.

    RepeatedRequestError if the key belongs to another request, to one whose answer is not known, or to one that may
    view more than `views`, the permissions to view that the caller has.
    """
    values = {"request_digest": request.digest, "shows": sorted(views)}
    key, is_new = IdempotencyKey.objects.get_or_create(caller=request.caller, key=request.key, defaults=values)
    return key if is_new else _answer_of(key, request, views=views)


def _answer_of(key: IdempotencyKey, request: IdentifiedRequest, *, views: Set[str]) -> KeptAnswer:
    if not is_one_of(key.request_digest, request.digests):
        raise RepeatedRequestError("This key was used before for a different request. Nothing was done.")
    if key.status is None and key.created > timezone.now() - LONGEST_REQUEST:
        raise InProgressError
    if key.status is None:
        raise RepeatedRequestError(
            "The first request with this key was interrupted, and may have been carried out. Check, then use another"
            " key."
        )
    if key.status == IdempotencyKey.EMPTIED:
        raise RepeatedRequestError(
            "This request was carried out before. Its answer was deleted because a customer was erased since."
        )
    if not views >= {*key.shows}:
        raise RepeatedRequestError(
            "This request was carried out before, by a key with more permissions to view. Its answer is not shown to"
            " this one."
        )
    return KeptAnswer(key.status, key.answer)


def keep(key: IdempotencyKey, answer: KeptAnswer) -> None:
    IdempotencyKey.objects.filter(pk=key.pk).update(status=answer.status, answer=answer.body)


def release(key: IdempotencyKey) -> None:
    IdempotencyKey.objects.filter(pk=key.pk).delete()
