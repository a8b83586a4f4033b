"""The secrets of endpoints: made, kept encrypted, and used to sign.

They have to be read again to sign (`customers.lib.secrets.encryption`).
"""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from crm.webhooks.models import SECRETS
from customers.lib.errors import ActionError
from customers.lib.secrets import encryption
from customers.lib.secrets.encryption import UnreadableError

SECRET_MARK = "whsec_"  # noqa: S105 - how every secret of Standard Webhooks begins
RANDOM_BYTES = 32


class SecretUnreadableError(ActionError):
    """It was encrypted with a key that this installation no longer has."""


def new_secret() -> str:
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(RANDOM_BYTES)).decode()


def encrypt(secret: str) -> str:
    return encryption.encrypt(secret, purpose=SECRETS)


def decrypt(encrypted: str) -> str:
    try:
        return encryption.decrypt(encrypted, purpose=SECRETS)
    except UnreadableError:
        message = "Its secret cannot be read since the key of stored secrets was changed. Rotate it."
        raise SecretUnreadableError(message) from None


def signed_headers(message_id: str, body: bytes, *, at: datetime, by: Iterable[str]) -> dict[str, str]:
    """Signed by each of the secrets `by`, so that a receiver who knows one of them can verify."""
    signatures = (Webhook(secret).sign(message_id, at, body.decode()) for secret in by)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
