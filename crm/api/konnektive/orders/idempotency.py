"""What of a call says whether it is the same call again."""

from crm.api.konnektive.endpoint import Call
from crm.api.konnektive.errors import CallError
from orders.intake.idempotency import IdentifiedRequest, RepeatedRequestError, identify_request

SECRETS = {
    *("loginId", "password", "cardNumber", "cardSecurityCode"),
    *("achAccountNumber", "achRoutingNumber", "iban", "eCommercePassword"),
}


def request_of(call: Call) -> IdentifiedRequest | None:
    """The call by the header Idempotency-Key, when it has one; the digest knows no secret of it."""
    if not call.idempotency_key:
        return None
    said = {name: value for name, value in call.parameters.items() if name not in SECRETS}
    try:
        return identify_request(call.by, call.idempotency_key, said)
    except RepeatedRequestError as error:
        raise CallError(str(error)) from None
