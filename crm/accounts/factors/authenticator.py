"""The authenticator app: six digits that change every half minute (RFC 6238)."""

import base64
import secrets
import time
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables
from django_otp.oath import hotp

from crm.accounts import changes
from crm.accounts.factors.overview import FactorError, forget_needless_codes
from crm.accounts.models import AuthenticatorApp, User
from crm.accounts.models.factors import APP_SECRETS
from customers.lib.secrets.encryption import UnreadableError, decrypt, encrypt

STEP = 30  # seconds
DIGITS = 6
TOLERANCE = 1
"""Steps by which the clock of the device may be wrong."""
SECRET_BYTES = 20


def new_secret() -> str:
    """In base32, as it is typed into an app that cannot read the picture."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def app_address(user: User, secret: str) -> str:
    """What the picture says: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    issuer: str = settings.ACCOUNT_NAME
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(user.username)}?{query}"


@sensitive_variables("secret", "code")
@transaction.atomic
def set_app(user: User, *, secret: str, code: str) -> None:
    """Use the app from now on, instead of another one; `code` shows that the app has the secret."""
    step = _matching_step(secret, code)
    if step is None:
        raise FactorError("This is not the code that the app shows now. Enter the newest one.", field="code")
    values = {"secret": encrypt(secret, purpose=APP_SECRETS), "last_step": step}
    AuthenticatorApp.objects.filter(user=user).delete()
    AuthenticatorApp.objects.create(user=user, **values)
    changes.write(user, "Authenticator app set up.", by=user, tells_user=True)


@sensitive_variables("typed")
@transaction.atomic
def check_code(user: User, typed: str) -> bool:
    """Whether it is a code of now that was not used yet; it is used then."""
    app = AuthenticatorApp.objects.select_for_update(of=("self",)).filter(user=user).first()
    if app is None:
        return False
    try:
        secret = decrypt(app.secret, purpose=APP_SECRETS)
    except UnreadableError:  # its key is gone: a passkey, a recovery code or a reset still helps
        return False
    step = _matching_step(secret, typed)
    if step is None:
        return False
    if step <= app.last_step:
        # Whoever read it over a shoulder has the password as well.
        changes.write(user, "A code of the app was entered a second time, and refused.", by=user, tells_user=True)
        return False
    app.last_step = step
    app.save(update_fields=["last_step"])
    return True


@transaction.atomic
def remove_app(user: User) -> None:
    if AuthenticatorApp.objects.filter(user=user).delete()[0]:
        forget_needless_codes(user)
        changes.write(user, "Authenticator app removed.", by=user, tells_user=True)


@sensitive_variables("secret", "typed")
def _matching_step(secret: str, typed: str) -> int | None:
    digits = "".join(typed.split())
    key, now = base64.b32decode(secret), int(time.time()) // STEP
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if secrets.compare_digest(f"{hotp(key, step, DIGITS):0{DIGITS}}".encode(), digits.encode(errors="replace")):
            return step
    return None
