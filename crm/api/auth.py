"""Authenticate a request of the API, in either dialect, by its key.

Wrong keys are counted by address, and paused when there are many; a good key is accepted all the same, because an
office or a proxy shares one address. Keys never pass authenticate(), where a wrong one would lock its user out of the
pages.
"""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from crm import rate_limit
from crm.accounts import api_keys
from crm.accounts.checkboxes import LABELS
from crm.accounts.models import ApiKey, User
from crm.accounts.web.client_address import client_address
from crm.audit import log
from crm.audit.origin import note_key
from customers.lib.audit import AuditAction
from customers.snapshot import after_reading

logger = logging.getLogger(__name__)

MINUTE = 60
PAUSE = 15 * MINUTE


class RefusedError(Exception):
    """Nothing was done. `status` is that of HTTP, `wait` the seconds until another try may work."""

    def __init__(self, status: int, message: str, *, wait: int = 0) -> None:
        super().__init__(message)
        self.status, self.wait = status, wait


class WrongKeyError(RefusedError):
    """No key, or one that is unknown, revoked, or of a user who may not use the API."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)


class WrongAddressError(WrongKeyError):
    """A good key, used from an address that it does not allow."""


@sensitive_variables("token")
def authenticate_key(request: HttpRequest, token: str) -> ApiKey:
    """The key with this token; RefusedError if it may not be used, or is used too often."""
    limit_size(request)
    address = client_address(request)
    try:
        key = api_keys.lookup(token, address)
    except api_keys.KeyRefusedError as error:
        if rate_limit.count(f"failures {address}", seconds=PAUSE) > settings.API_FAILURES_PER_ADDRESS:
            message = "Too many invalid API keys from your address. Use a valid key, or wait."
            raise RefusedError(429, message, wait=rate_limit.seconds_left(PAUSE)) from None
        logger.warning("API key refused from %s: %s", address, error)
        note_refusal(str(error), user=error.user)
        wrong = WrongAddressError if isinstance(error, api_keys.AddressRefusedError) else WrongKeyError
        raise wrong(str(error)) from None
    note_key(key.pk)
    if rate_limit.count(f"key {key.pk}", seconds=MINUTE) > settings.API_REQUESTS_PER_MINUTE:
        message = "Your request rate has exceeded our rate limit."
        raise RefusedError(429, message, wait=rate_limit.seconds_left(MINUTE))
    return key


def require_https(request: HttpRequest) -> None:
    # No redirect: clients follow a redirect of a POST with GET.
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise RefusedError(403, "Use HTTPS. This request was sent unencrypted, so others could have read it.")


def limit_size(request: HttpRequest) -> None:
    """RefusedError before the body is read."""
    longest: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise RefusedError(400, "The header Content-Length must be a number.") from None
    if length > longest:
        raise RefusedError(413, f"The request is larger than {longest // 2**20} MB. Send less data at once.")


def require_permissions(key: ApiKey, *permissions: str) -> None:
    """RefusedError naming the first of `permissions` that the user of `key` lacks."""
    if missing := refused_permission(key, *permissions):
        raise RefusedError(403, _explain(key, missing))


def _explain(key: ApiKey, missing: str) -> str:
    label = LABELS[missing]
    if _is_out_of_scope(key, missing):
        return f"The scope of this API key lacks the permission “{label}”. Use a key that has it."
    return f"The user of this API key needs the permission “{label}”. An admin can grant it on Edit User."


def _is_out_of_scope(key: ApiKey, permission: str) -> bool:
    return key.scope is not None and permission not in key.scope


def refused_permission(key: ApiKey, *permissions: str) -> str | None:
    """The first of `permissions` that `key` lacks, by its user or its scope; a refusal is written to the audit log."""
    missing = next((permission for permission in permissions if not key.user.has_perm(permission)), None)
    if missing:
        lacking = ", which the scope of the key lacks" if _is_out_of_scope(key, missing) else ""
        note_refusal(f"Needs “{LABELS[missing]}”{lacking}.", by=key.user)
    return missing


def note_refusal(text: str, *, by: User | None = None, user: User | None = None) -> None:
    after_reading(log.write, AuditAction.ACCESS, text, by=by, user=user, is_refused=True)
