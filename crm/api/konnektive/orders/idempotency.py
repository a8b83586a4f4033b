"""Recognise a call that is sent again: by all its parameters, and by its header Idempotency-Key."""

from crm.api.konnektive.endpoint import Call
from orders.intake.idempotency import IdentifiedRequest, digests_of, identify_request

# The key may be replaced before a call is sent again, and nothing may be kept of the other two, not even a digest.
LEFT_OUT = {"loginId", "password", "cardSecurityCode", "eCommercePassword"}


def sent_digests(call: Call) -> tuple[str, ...]:
    return digests_of({name: value for name, value in call.parameters.items() if name not in LEFT_OUT})


def request_of(call: Call) -> IdentifiedRequest | None:
    """None without the header."""
    if not call.idempotency_key:
        return None
    return identify_request(call.by, call.idempotency_key, sent_digests(call))
