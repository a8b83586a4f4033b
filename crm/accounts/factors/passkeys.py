"""Passkeys: the device signs a challenge of ours with a key that never leaves it (WebAuthn).

A passkey belongs to the host at which it was made, which the browser checks as well, so a copy of our pages elsewhere
gets nothing. A challenge is answered once, within its session.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from crm.accounts import changes
from crm.accounts.factors.overview import FactorError, forget_needless_codes
from crm.accounts.models import Passkey, User

MOST_PASSKEYS = 20
REFUSED = "This passkey was not accepted. Try again, or use another way."


@dataclass(frozen=True)
class Site:
    """Where the browser is: the host of its passkeys, and the origin that they sign."""

    host: str
    origin: str


@dataclass(frozen=True)
class Ceremony:
    """What the browser is asked, as JSON, and the challenge to compare its answer with."""

    options: str
    challenge: str


def ask_to_create(user: User, *, site: Site) -> Ceremony:
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=settings.ACCOUNT_NAME,
        user_id=str(user.pk).encode(),
        user_name=user.username,
        user_display_name=str(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            # Kept on the device, so that it signs in without a user name, and asks for finger, face or PIN.
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(user),
    )
    return Ceremony(options_to_json(options), bytes_to_base64url(options.challenge))


def ask_to_sign(user: User | None, *, site: Site) -> Ceremony:
    """With a passkey of `user`, or of whoever the device knows."""
    options = generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_descriptors(user) if user else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Ceremony(options_to_json(options), bytes_to_base64url(options.challenge))


@transaction.atomic
def add_passkey(user: User, *, name: str, answer: str, challenge: str, site: Site) -> Passkey:
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.passkeys.count() >= MOST_PASSKEYS:
        raise FactorError(f"You have {MOST_PASSKEYS} passkeys. Remove one first.")
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise FactorError(REFUSED) from None
    passkey = Passkey(
        user=user,
        name=name,
        credential=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        uses=verified.sign_count,
    )
    _insert(passkey)
    changes.write(user, f"Passkey {name} added.", by=user, tells_user=True)
    return passkey


@transaction.atomic
def check_answer(answer: str, *, challenge: str, site: Site, user: User | None = None) -> User:
    """The user whose passkey signed; FactorError if it is nobody's, not that of `user`, or of an inactive user."""
    passkeys = Passkey.objects.select_for_update(of=("self",)).select_related("user")
    passkey = passkeys.filter(credential=_credential_of(answer), user__is_active=True).first()
    if passkey is None or (user and passkey.user_id != user.pk):
        raise FactorError(REFUSED)
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            # A count that does not grow tells of a copied key.
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise FactorError(REFUSED) from None
    passkey.uses, passkey.last_used = verified.new_sign_count, timezone.now()
    passkey.save(update_fields=["uses", "last_used"])
    return passkey.user


@transaction.atomic
def remove_passkey(passkey: Passkey) -> None:
    if Passkey.objects.filter(pk=passkey.pk).delete()[0]:
        forget_needless_codes(passkey.user)
        changes.write(passkey.user, f"Passkey {passkey.name} removed.", by=passkey.user, tells_user=True)


def _insert(passkey: Passkey) -> None:
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError:
        raise FactorError("This device already has a passkey here. Nothing was added.") from None


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    credentials = user.passkeys.values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential)) for credential in credentials]


def _credential_of(answer: str) -> str:
    try:
        parsed: Any = json.loads(answer)
    except ValueError:
        return ""
    credential = parsed.get("id") if isinstance(parsed, dict) else None
    return credential if isinstance(credential, str) and credential.isascii() and credential.isprintable() else ""
