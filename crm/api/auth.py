"""Who may come in by the API, in either dialect: whoever shows a key that opens from where they are.

A key that opens nothing is counted against the address, so that nobody can guess one; keys never pass authenticate(),
where a wrong one would lock its user out of the pages.
"""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from crm.accounts import api_keys
from crm.accounts.models import ApiKey
from crm.accounts.permissions import LABELS
from crm.api import rate_limit
from crm.http.client_address import client_address

logger = logging.getLogger(__name__)

A_MINUTE = 60
A_PAUSE = 15 * A_MINUTE


class RefusedError(Exception):
    """Nothing was done; the message is fit to send, `status` is HTTP's, `wait` in seconds when another try may work."""

    def __init__(self, status: int, message: str, *, wait: int = 0) -> None:
        super().__init__(message)
        self.status, self.wait = status, wait


class WrongKeyError(RefusedError):
    """No key, or one that opens nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)


class WrongAddressError(WrongKeyError):
    """A key that opens, but not from there."""


@sensitive_variables("token")
def enter(request: HttpRequest, token: str) -> ApiKey:
    """The key that `token` is, whose user asks; RefusedError when it may not be used so."""
    refuse_too_long(request)
    address = client_address(request)
    if rate_limit.counted(f"failures {address}", seconds=A_PAUSE) >= settings.API_FAILURES_PER_ADDRESS:
        message = "Too many invalid API keys from your address. Wait, then use a valid key."
        raise RefusedError(429, message, wait=rate_limit.seconds_left(A_PAUSE))
    try:
        key = api_keys.lookup(token, address)
    except api_keys.KeyRefusedError as error:
        rate_limit.count(f"failures {address}", seconds=A_PAUSE)
        logger.warning("API key refused from %s: %s", address, error)
        wrong = WrongAddressError if isinstance(error, api_keys.AddressRefusedError) else WrongKeyError
        raise wrong(str(error)) from None
    if rate_limit.count(f"key {key.pk}", seconds=A_MINUTE) > settings.API_REQUESTS_PER_MINUTE:
        message = "Your request rate has exceeded our rate limit."
        raise RefusedError(429, message, wait=rate_limit.seconds_left(A_MINUTE))
    return key


def refuse_in_the_clear(request: HttpRequest) -> None:
    """Where HTTPS is what we speak. Nobody is sent on: clients follow a redirect of a POST with GET."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise RefusedError(403, "Use HTTPS. This request was sent unencrypted, so others could have read it.")


def refuse_too_long(request: HttpRequest) -> None:
    """Before any of the body is read."""
    longest: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise RefusedError(400, "The header Content-Length must be a number.") from None
    if length > longest:
        raise RefusedError(413, f"The request is larger than {longest // 2**20} MB. Send less data at once.")


def refuse_without(key: ApiKey, *permissions: str) -> None:
    """RefusedError naming the first of `permissions` that the user of `key` has not."""
    missing = next((each for each in permissions if not key.user.has_perm(each)), None)
    if missing:
        message = (
            f"The user of this API key needs the permission “{LABELS[missing]}”. An admin can grant it on Edit User."
        )
        raise RefusedError(403, message)
