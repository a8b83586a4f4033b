"""API keys: made, shown once, looked up by digest, revoked.

A key acts as its user, may do what they may, and only while they may sign in and use the API. The token is 256 random
bits, so a plain digest keeps it as safe as a slow hash would, and finds it through an index.
"""

import hashlib
import secrets
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts import granting, outgrowing, recording
from crm.accounts.functionalities import USE_API
from crm.accounts.models import ApiKey, User

MARK = "reunite_"  # by which people, and programs that look for leaked secrets, recognise a token
SHOWN = 12  # how many characters of it are kept to tell keys apart
NOTED = timedelta(minutes=1)  # how exact `last_used` is


class KeyRefusedError(Exception):
    """Says why, and never repeats the token."""


class AddressRefusedError(KeyRefusedError):
    """The key is a good one, and its user has named other addresses."""


@sensitive_variables("token")
@transaction.atomic
def create(user: User, *, name: str, addresses: list[str], by: User | None) -> tuple[ApiKey, str]:
    """A key and its token, which is nowhere else; `by` None is the command line."""
    if by and by != user:
        granting.let_in(by, to=user)
    if not User.objects.get(pk=user.pk).has_perm(USE_API):
        raise KeyRefusedError(
            f"{user} may not use the API. An admin can tick “Can use the API” on Edit User. No key was made."
        )
    token = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user, name=name, prefix=token[:SHOWN], digest=digest(token), allowed_addresses=addresses
    )
    recording.write(user, outgrowing.CREATED.format(key), by=by)
    return key, token


@transaction.atomic
def revoke(key: ApiKey, *, by: User) -> None:
    """For good; a key that is revoked already stays as it was."""
    if by != key.user:
        granting.let_in(by, to=key.user)
    if ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now()):
        recording.write(key.user, f"API key {key} revoked.", by=by)


@sensitive_variables("token")
def lookup(token: str, address: str) -> ApiKey:
    """The key of a request that comes from `address`, with its user; KeyRefusedError when it opens nothing."""
    wanted = digest(token)
    key = ApiKey.objects.select_related("user").filter(digest=wanted).first()
    if key is None or not secrets.compare_digest(key.digest, wanted):
        raise KeyRefusedError("This API key is not known.")
    if reason := _refusal(key):
        raise KeyRefusedError(reason)
    if not is_allowed(address, key.allowed_addresses):
        raise AddressRefusedError("This API key may not be used from this address.")
    _note_use(key)
    return key


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_allowed(address: str, networks: list[str]) -> bool:
    """Whether `address` lies in one of `networks`; none at all allow every address."""
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    # How an IPv4 address looks where the server listens on both kinds.
    plain = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    return any(plain in ip_network(network) for network in networks)


def _refusal(key: ApiKey) -> str:
    if key.revoked:
        return "This API key was revoked."
    if not key.user.is_active:
        return "The user of this API key may not sign in."
    return "" if key.user.has_perm(USE_API) else "The user of this API key may not use the API."


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used is None or key.last_used < now - NOTED:
        # Asked again, so that of many requests at one moment one writes.
        stale = Q(last_used=None) | Q(last_used__lt=now - NOTED)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
        key.last_used = now
