"""Idempotency keys: a request that is sent again with the same key gets the order that it made the first time.

A keyed digest of the request is kept with its key and its order, so that a different request with the same key or order
ID is refused. An ID or key of an erased order is refused too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from customers.lib.errors import ActionError
from customers.lib.retention import kept_since
from customers.lib.secrets.digests import is_one_of, keyed_digests
from customers.lib.text import can_be_stored
from orders.models import ErasedId, IdempotencyKey, Order
from orders.models.erased_id import name_of_key

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_KEY = 255
SALT = "orders.repeating"  # stored digests were made with it, so it must not change


class RepeatedRequestError(ActionError):
    """The key or id of a request belongs to another request already."""


@dataclass(frozen=True)
class IdentifiedRequest:
    """`digests` are those of everything that was sent."""

    caller: User
    key: str
    digests: tuple[str, ...]

    @property
    def digest(self) -> str:
        return self.digests[0]

    @property
    def name(self) -> str:
        return name_of_key(self.caller.pk, self.key)


def digests_of(parameters: Mapping[str, str]) -> tuple[str, ...]:
    return keyed_digests(SALT, json.dumps(dict(parameters), sort_keys=True))


def identify_request(caller: User, key: str, digests: tuple[str, ...]) -> IdentifiedRequest:
    """RepeatedRequestError if the key cannot be stored."""
    if len(key) > LONGEST_KEY or not can_be_stored(key):
        raise RepeatedRequestError(f"Use a key of {LONGEST_KEY} characters or fewer.")
    return IdentifiedRequest(caller, key, digests)


def order_made_by(request: IdentifiedRequest) -> Order | None:
    """The order made by the same request before; RepeatedRequestError if its key belongs to another request."""
    keys = IdempotencyKey.objects.select_related("order__source_record")
    key = keys.filter(caller=request.caller, key=request.key).first()
    if key and not is_one_of(key.request_digest, request.digests):
        raise RepeatedRequestError("This key was used before for a different request. Nothing was done.")
    return key.order if key else None


def refuse_erased(names: Iterable[str]) -> None:
    """RepeatedRequestError if an order with one of the ids or keys was erased with its customer."""
    if ErasedId.has_any(names):
        raise RepeatedRequestError("This order was erased with its customer. Nothing was done.")


def key_of(request: IdentifiedRequest, order: Order) -> IdempotencyKey:
    """The key, not saved yet, by which the request will be known to have made `order`."""
    return IdempotencyKey(caller=request.caller, key=request.key, request_digest=request.digest, order=order)


def due_keys(*, days: float) -> QuerySet[IdempotencyKey]:
    """Of orders, older than so many days. The orders stay; a repeated request is then new."""
    return _older(days).filter(order__isnull=False)


def due_answers() -> QuerySet[IdempotencyKey]:
    """Keys of other requests, with their answers, after API_ANSWER_DAYS."""
    return _older(settings.API_ANSWER_DAYS).filter(order=None)


def _older(days: float) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(created__lt=kept_since(timedelta(days=days))).order_by("created")
