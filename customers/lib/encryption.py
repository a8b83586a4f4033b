"""Keeping a secret that has to be read again: a digest would not do.

The key comes from SECRET_KEY, another for each purpose. What was encrypted with one of SECRET_KEY_FALLBACKS can still
be read.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class UnreadableError(Exception):
    """It was encrypted with a SECRET_KEY that this installation no longer has, or is too old, or is not ours."""


def encrypt(secret: str, *, purpose: str) -> str:
    return _keys(purpose).encrypt(secret.encode()).decode()


def decrypt(encrypted: str, *, purpose: str, seconds: int | None = None) -> str:
    """UnreadableError also if it is older than `seconds`."""
    try:
        return _keys(purpose).decrypt(encrypted.encode(errors="replace"), ttl=seconds).decode()
    except InvalidToken:
        raise UnreadableError from None


def _keys(purpose: str) -> MultiFernet:
    return MultiFernet([_key(purpose, of) for of in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(purpose: str, of: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac(purpose, "secret", of, algorithm="sha256").digest()))
