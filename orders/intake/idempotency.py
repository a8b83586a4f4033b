"""Idempotency keys: a request that is sent again with the same key gets the order that it made the first time.

A digest of the request is kept with its key, so that a different request with the same key is refused. The digest is
made with our own secret, and without the secrets of the request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare, salted_hmac

from customers.lib.errors import ActionError
from customers.lib.text import can_be_stored
from orders.models import IdempotencyKey, Order

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_KEY = 255
BATCH = 1000
SALT = "orders.repeating"  # stored digests were made with it, so it must not change


class RepeatedRequestError(ActionError):
    """The key or id of a request belongs to another request already."""


@dataclass(frozen=True)
class IdentifiedRequest:
    caller: User
    key: str
    digest: str

    @property
    def lock_name(self) -> str:
        return f"request {self.caller.pk} {self.key}"


def identify_request(caller: User, key: str, parameters: Mapping[str, str]) -> IdentifiedRequest:
    """`parameters` come without secrets; RepeatedRequestError if the key cannot be stored."""
    if len(key) > LONGEST_KEY or not can_be_stored(key):
        raise RepeatedRequestError(f"Use a key of {LONGEST_KEY} characters or fewer.")
    text = json.dumps(dict(parameters), sort_keys=True)
    return IdentifiedRequest(caller, key, salted_hmac(SALT, text, algorithm="sha256").hexdigest())


def order_made_by(request: IdentifiedRequest) -> Order | None:
    """The order made by the same request before; RepeatedRequestError if its key belongs to another request."""
    keys = IdempotencyKey.objects.select_related("order__source_record")
    key = keys.filter(caller=request.caller, key=request.key).first()
    if key and not constant_time_compare(key.request_digest, request.digest):
        raise RepeatedRequestError("This key was used before for a different request. Nothing was done.")
    return key.order if key else None


def key_of(request: IdentifiedRequest, order: Order) -> IdempotencyKey:
    """The key, not saved yet, by which the request will be known to have made `order`."""
    return IdempotencyKey(caller=request.caller, key=request.key, request_digest=request.digest, order=order)


def delete_keys(*, before: datetime) -> int:
    """Delete the keys created `before`; return the number. Their orders stay; a repeated request is then new."""
    deleted = 0
    old = IdempotencyKey.objects.filter(created__lt=before).order_by("created").values_list("pk", flat=True)
    while batch := list(old[:BATCH]):
        deleted += IdempotencyKey.objects.filter(pk__in=batch).delete()[0]
    return deleted
