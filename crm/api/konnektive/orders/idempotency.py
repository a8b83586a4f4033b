"""Recognise a call that is sent again: by all its parameters, and by its header Idempotency-Key."""

from crm.api.konnektive.endpoint import Call
from crm.api.konnektive.parameters import without_secrets
from orders.intake.idempotency import IdentifiedRequest, digests_of, identify_request


def sent_digests(call: Call) -> tuple[str, ...]:
    return digests_of(without_secrets(call.parameters))


def request_of(call: Call) -> IdentifiedRequest | None:
    """None without the header."""
    if not call.idempotency_key:
        return None
    return identify_request(call.by, call.idempotency_key, sent_digests(call))
