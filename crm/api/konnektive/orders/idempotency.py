"""Recognise a call that is sent again, by its header Idempotency-Key."""

from crm.api.konnektive.endpoint import Call
from orders.intake.idempotency import IdentifiedRequest, identify_request

SECRETS = {
    *("loginId", "password", "cardNumber", "cardSecurityCode"),
    *("achAccountNumber", "achRoutingNumber", "iban", "eCommercePassword"),
}


def request_of(call: Call) -> IdentifiedRequest | None:
    """None without the header; the digest covers no secret."""
    if not call.idempotency_key:
        return None
    parameters = {name: value for name, value in call.parameters.items() if name not in SECRETS}
    return identify_request(call.by, call.idempotency_key, parameters)
