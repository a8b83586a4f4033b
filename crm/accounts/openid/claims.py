"""What the provider says of who signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from customers.lib.text import clean_email, without_unstorable


@dataclass(frozen=True)
class Claims:
    subject: str
    """Who it is at the provider, for ever."""
    user_name: str
    first_name: str
    last_name: str
    email: str
    """Empty unless the provider has verified it."""
    groups: frozenset[str]
    methods: frozenset[str]
    """How they showed that it is them, as `amr` says: pwd, otp, hwk."""
    signed_in: float
    """When they last did, in seconds since 1970; 0 if the provider does not say."""

    @property
    def with_factor(self) -> bool:
        """Whether they used a method that counts as a second factor here."""
        return not self.methods.isdisjoint(settings.OIDC_FACTOR_METHODS)


def read_claims(token: Mapping[str, Any], info: Mapping[str, Any]) -> Claims:
    """`token` is signed, so it counts before `info`, which is what the provider's page of the user says."""
    claims = {**info, **token}
    is_verified = claims.get("email_verified") is True
    signed_in = token.get("auth_time", 0)
    return Claims(
        subject=_text(token, "sub"),
        user_name=_text(claims, "preferred_username")[:150],
        first_name=_text(claims, "given_name")[:150],
        last_name=_text(claims, "family_name")[:150],
        email=_email(_text(claims, "email")) if is_verified else "",
        groups=_texts(claims.get(settings.OIDC_GROUPS_CLAIM)),
        methods=_texts(token.get("amr")),
        signed_in=signed_in if isinstance(signed_in, int | float) else 0,
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return without_unstorable(value).strip() if isinstance(value, str) else ""


def _email(text: str) -> str:
    """ "" for what is none: it would be written to."""
    try:
        return clean_email(text)
    except ValidationError:
        return ""


def _texts(value: object) -> frozenset[str]:
    """Some providers send a single group by itself."""
    values = value if isinstance(value, list) else [value]
    return frozenset(text for text in values if isinstance(text, str))
