"""A request that comes again with the key that its caller gave it: it is answered with the order that it made.

The key stands with a digest of the request, so that one used again for another request is told, and not taken for the
first. The digest is keyed with our own secret, and no secret of the request goes into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare, salted_hmac

from customers.lib.text import can_be_stored
from orders.models import IdempotencyKey, Order

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST_KEY = 255
CHUNK = 1000


class RepeatedRequestError(Exception):
    """Nothing was done; the message says why."""


@dataclass(frozen=True)
class IdentifiedRequest:
    """What a caller calls a request of theirs, and what it says."""

    caller: User
    key: str
    digest: str

    @property
    def name(self) -> str:
        """By which it is locked."""
        return f"request {self.caller.pk} {self.key}"


def identify_request(caller: User, key: str, parameters: Mapping[str, str]) -> IdentifiedRequest:
    """`parameters` without secrets; RepeatError when the key cannot be kept."""
    if len(key) > LONGEST_KEY or not can_be_stored(key):
        raise RepeatedRequestError(f"Use a key of {LONGEST_KEY} characters or fewer.")
    said = json.dumps(dict(parameters), sort_keys=True)
    return IdentifiedRequest(
        caller, key, salted_hmac("orders.intake.idempotency", said, algorithm="sha256").hexdigest()
    )


def order_made_by(asked: IdentifiedRequest) -> Order | None:
    """The order that the request made when it came before; RepeatError when that was another request."""
    kept = IdempotencyKey.objects.select_related("order__source_record").filter(caller=asked.caller, key=asked.key)
    before = kept.first()
    if before and not constant_time_compare(before.request_digest, asked.digest):
        raise RepeatedRequestError("This key was used before for a different request. Nothing was done.")
    return before.order if before else None


def remember_request(asked: IdentifiedRequest, order: Order) -> None:
    IdempotencyKey.objects.create(caller=asked.caller, key=asked.key, request_digest=asked.digest, order=order)


def delete_keys(*, before: datetime) -> int:
    """Delete the keys that came before, some at a time; how many. Their orders stay, and a request is new again."""
    forgotten = 0
    old = IdempotencyKey.objects.filter(created__lt=before).order_by("created").values_list("pk", flat=True)
    while some := list(old[:CHUNK]):
        forgotten += IdempotencyKey.objects.filter(pk__in=some).delete()[0]
    return forgotten
