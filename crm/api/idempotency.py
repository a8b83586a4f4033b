"""The header Idempotency-Key: a request that changes something is done once, in either dialect.

A dialect claims the key when the request may be done, and settles it with the answer. Only an answer that says that
something was done is kept; what was refused, or failed, may be sent again with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from crm.accounts.models import User
from crm.accounts.scopes import READING
from crm.api.auth import RefusedError
from orders.intake import kept_answers
from orders.intake.idempotency import digests_of, identify_request
from orders.intake.kept_answers import InProgressError, KeptAnswer
from orders.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
IN_PROGRESS, WAIT = 409, 2


def key_sent(request: HttpRequest) -> str:
    return request.headers.get(HEADER, "").strip()


def claim(key: str, *, by: User, sent: Mapping[str, str]) -> IdempotencyKey | HttpResponse:
    """The claimed key, or the answer to the same request before, by everything that was `sent`.

    RefusedError while the first is still being carried out.
    """
    try:
        request = identify_request(by, key, digests_of(sent))
        claimed = kept_answers.claim(request, views=READING & by.get_all_permissions())
    except InProgressError as error:
        raise RefusedError(IN_PROGRESS, str(error), wait=WAIT) from None
    if isinstance(claimed, IdempotencyKey):
        return claimed
    return HttpResponse(
        claimed.body, status=claimed.status, content_type="application/json", headers={REPLAYED: "true"}
    )


def settle(claimed: IdempotencyKey, response: HttpResponseBase | None, *, is_done: bool) -> None:
    """Keep the answer to the request, or free its key; None is a failure."""
    if is_done and isinstance(response, HttpResponse):
        kept_answers.keep(claimed, KeptAnswer(response.status_code, response.content.decode()))
    else:
        kept_answers.release(claimed)
