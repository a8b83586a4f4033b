"""Keeping a secret that has to be read again: a digest would not do.

The first of ENCRYPTION_KEYS encrypts, or SECRET_KEY where there is none; each makes another key for each purpose. What
was encrypted with the others, or with one of SECRET_KEY_FALLBACKS, can still be read.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables


class UnreadableError(Exception):
    """It was encrypted with a key that this installation no longer has, or is too old, or is not ours."""


@sensitive_variables("secret")
def encrypt(secret: str, *, purpose: str) -> str:
    return _newest(purpose).encrypt(secret.encode()).decode()


def decrypt(encrypted: str, *, purpose: str, seconds: int | None = None) -> str:
    """UnreadableError also if it is older than `seconds`."""
    try:
        return MultiFernet(_keys(purpose)).decrypt(encrypted.encode(errors="replace"), ttl=seconds).decode()
    except InvalidToken:
        raise UnreadableError from None


def with_newest_key(encrypted: str, *, purpose: str) -> str:
    """The same secret, encrypted with the first key; `encrypted` itself if it is already."""
    try:
        _newest(purpose).decrypt(encrypted.encode(errors="replace"))
    except InvalidToken:
        return encrypt(decrypt(encrypted, purpose=purpose), purpose=purpose)
    return encrypted


def _newest(purpose: str) -> Fernet:
    return _keys(purpose)[0]


def _keys(purpose: str) -> list[Fernet]:
    sources = (*settings.ENCRYPTION_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_key(purpose, of) for of in sources]


def _key(purpose: str, of: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac(purpose, "secret", of, algorithm="sha256").digest()))
