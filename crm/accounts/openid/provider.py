"""Asking the provider who signed in, by `mozilla-django-oidc`, which reads its answer and verifies signature and nonce.

It compares neither issuer nor audience, so that is done here: a token that the provider made for another program would
otherwise sign in to this one.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.views.decorators.debug import sensitive_variables

from crm.accounts.openid import OpenIDError
from crm.accounts.openid.claims import Claims, read_claims

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 255
UNVERIFIED = "The answer of {provider} could not be verified, so you are not signed in. Try again or ask your admin."


@sensitive_variables()
def ask_who(code: str, *, came_back_to: str, nonce: str, verifier: str) -> Claims:
    """What the provider says for `code`, which it sent by the browser; OpenIDError if that is not to be believed."""
    import jwt
    import requests
    from mozilla_django_oidc.auth import OIDCAuthenticationBackend

    provider = OIDCAuthenticationBackend()
    sent = {
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "client_secret": settings.OIDC_RP_CLIENT_SECRET,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": came_back_to,
        "code_verifier": verifier,
    }
    try:
        tokens = provider.get_token(sent)
        token = provider.verify_token(tokens["id_token"], nonce=nonce)
        _refuse_others(token)
        info = _info(provider, tokens, token)
    except (
        SuspiciousOperation,
        jwt.PyJWTError,
        requests.RequestException,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # Its text could hold what was sent, so only the kind is logged.
        logger.warning("Sign-in by OpenID Connect: %s", type(error).__name__)
        raise OpenIDError(UNVERIFIED.format(provider=settings.OIDC_NAME)) from None
    return read_claims(token, info)


def _refuse_others(token: Mapping[str, Any]) -> None:
    audience = token.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    client = settings.OIDC_RP_CLIENT_ID
    if token.get("iss") != settings.OIDC_ISSUER:
        raise SuspiciousOperation("another issuer")
    if client not in audiences or token.get("azp", client) != client:
        raise SuspiciousOperation("another audience")
    if token["exp"] < time.time():  # which the library compares, but only where there is one
        raise SuspiciousOperation("expired")
    if not (isinstance(token["sub"], str) and 0 < len(token["sub"]) <= LONGEST_SUBJECT):
        raise SuspiciousOperation("no subject")


def _info(provider: Any, tokens: Mapping[str, Any], token: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the same person, which OpenID Connect tells every client to compare."""
    if not settings.OIDC_OP_USER_ENDPOINT:
        return {}
    info: Mapping[str, Any] = provider.get_userinfo(tokens["access_token"], tokens["id_token"], token)
    if info["sub"] != token["sub"]:
        raise SuspiciousOperation("another subject")
    return info
