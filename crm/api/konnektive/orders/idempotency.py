"""What of a call says whether it is the same call again."""

from crm.api.konnektive.endpoint import Call
from crm.api.konnektive.errors import CallError
from orders.intake import idempotency
from orders.intake.idempotency import RepeatError, Request

SECRETS = {
    *("loginId", "password", "cardNumber", "cardSecurityCode"),
    *("achAccountNumber", "achRoutingNumber", "iban", "eCommercePassword"),
}


def request_of(call: Call) -> Request | None:
    """The call by the header Idempotency-Key, when it has one; the digest knows no secret of it."""
    if not call.idempotency_key:
        return None
    said = {name: value for name, value in call.parameters.items() if name not in SECRETS}
    try:
        return idempotency.request(call.by, call.idempotency_key, said)
    except RepeatError as error:
        raise CallError(str(error)) from None
