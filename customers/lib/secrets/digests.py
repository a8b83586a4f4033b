"""Digests by which a text is recognised that is not stored itself. They are keyed with SECRET_KEY."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def keyed_digests(salt: str, text: str) -> tuple[str, ...]:
    """The digest to store, then those that SECRET_KEY_FALLBACKS made of the same text."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(salted_hmac(salt, text, secret=secret, algorithm="sha256").hexdigest() for secret in secrets)


def is_one_of(digest: str, digests: Collection[str]) -> bool:
    return any(constant_time_compare(digest, other) for other in digests)
