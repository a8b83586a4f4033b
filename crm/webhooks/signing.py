"""The secrets of endpoints: made, kept encrypted, and used to sign.

They have to be read again to sign, so a digest would not do. The key comes from SECRET_KEY; secrets that were encrypted
with one of SECRET_KEY_FALLBACKS can still be read.
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks.webhooks import Webhook

from customers.lib.errors import ActionError

SECRET_MARK = "whsec_"  # noqa: S105 - how every secret of Standard Webhooks begins
RANDOM_BYTES = 32


class SecretUnreadableError(ActionError):
    """It was encrypted with a SECRET_KEY that this installation no longer has."""


def new_secret() -> str:
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()


def encrypt(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def decrypt(encrypted: str) -> str:
    try:
        return _keys().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise SecretUnreadableError("Its secret cannot be read since SECRET_KEY was changed. Rotate it.") from None


def _keys() -> MultiFernet:
    return MultiFernet([_key(of) for of in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(of: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("crm.webhooks", "secret", of, algorithm="sha256").digest()))


def signed_headers(message_id: str, body: bytes, *, at: datetime, by: Iterable[str]) -> dict[str, str]:
    """Signed by each of the secrets `by`, so that a receiver who knows one of them can verify."""
    signatures = (Webhook(secret).sign(message_id, at, body.decode()) for secret in by)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
