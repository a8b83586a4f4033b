"""Digests by which a text is recognised that is not stored itself. They are keyed with SECRET_KEY."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac


def keyed_digests(salt: str, text: str) -> tuple[str, ...]:
    """The digest to store, then those that SECRET_KEY_FALLBACKS made of the same text."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(_digest(salt, secret, text) for secret in secrets)


def _digest(salt: str, secret: str, text: str) -> str:
    digest = _keyed(salt, secret).copy()
    digest.update(text.encode())
    return digest.hexdigest()


@lru_cache(64)  # an import makes two digests for each row, and making the key takes longer than the rest
def _keyed(salt: str, secret: str) -> hmac.HMAC:
    return salted_hmac(salt, "", secret=secret, algorithm="sha256")


def is_one_of(digest: str, digests: Collection[str]) -> bool:
    return any(constant_time_compare(digest, other) for other in digests)
