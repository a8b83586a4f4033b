"""API keys: made, shown once, looked up by digest, revoked.

A key acts as its user, may do what they may, and only while they may sign in and use the API. The token is 256 random
bits, so a plain digest keeps it as safe as a slow hash would, and finds it through an index.
"""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts import audit, grant
from crm.accounts.key_revocation import CREATED
from crm.accounts.models import ApiKey, User
from crm.accounts.permissions import HELD, LABELS, USE_API
from customers.lib.phrases import isolated

MARK = "reunite_"  # by which people, and programs that look for leaked secrets, recognise a token
SHOWN = 12  # how many characters of it are kept to tell keys apart
NOTED = timedelta(minutes=1)  # how exact `last_used` is

# Written out like HELD, and without what a call does not need: that is read when it is asked for.
OPENED = """
    SELECT token.id, token.user_id, token.name, token.prefix, token.digest,
        owner.id, owner.is_superuser, owner.username, owner.first_name, owner.last_name, owner.email, owner.is_active,
        (SELECT {as_list}(held.name) FROM ({held}) AS held),
        token.allowed_addresses, token.revoked IS NOT NULL, token.last_used IS NULL OR token.last_used < %s
    FROM accounts_apikey AS token JOIN accounts_user AS owner ON owner.id = token.user_id WHERE token.digest = %s
"""
AS_LIST = {"postgresql": "jsonb_agg", "sqlite": "json_group_array"}
OF_KEY = ("id", "user_id", "name", "prefix", "digest")  # in the order of the model
OF_USER = ("id", "is_superuser", "username", "first_name", "last_name", "email", "is_active")


class KeyRefusedError(Exception):
    """Says why, and never repeats the token."""


class AddressRefusedError(KeyRefusedError):
    """The key is a good one, and its user has named other addresses."""


@sensitive_variables("token")
@transaction.atomic
def create(user: User, *, name: str, addresses: list[str], by: User | None) -> tuple[ApiKey, str]:
    """A key and its token, which is nowhere else; `by` None is the command line."""
    if by and by != user:
        grant.let_in(by, to=user)
    if not User.objects.get(pk=user.pk).has_perm(USE_API):
        raise KeyRefusedError(
            f"{isolated(user)} does not have permission to use the API. No key was created."
            f" An admin can grant “{LABELS[USE_API]}” on Edit User."
        )
    token = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user, name=name, prefix=token[:SHOWN], digest=digest(token), allowed_addresses=addresses
    )
    audit.write(user, CREATED.format(key), by=by)
    return key, token


@transaction.atomic
def revoke(key: ApiKey, *, by: User) -> None:
    """For good; a key that is revoked already stays as it was."""
    if by != key.user:
        grant.let_in(by, to=key.user)
    if ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now()):
        audit.write(key.user, f"API key {key} revoked.", by=by)


@sensitive_variables("token")
def lookup(token: str, address: str) -> ApiKey:
    """The key of a request that comes from `address`, with its user; KeyRefusedError when it opens nothing."""
    now = timezone.now()
    wanted = digest(token)
    with connection.cursor() as cursor:
        opened = OPENED.format(as_list=AS_LIST[connection.vendor], held=HELD.format(user="token.user_id"))
        cursor.execute(opened, [connection.ops.adapt_datetimefield_value(now - NOTED), wanted])
        row = cursor.fetchone()
    if row is None or not secrets.compare_digest(row[OF_KEY.index("digest")], wanted):
        raise KeyRefusedError("This API key is unknown.")
    *columns, held, addresses, is_revoked, is_stale = row
    key = ApiKey.from_db(connection.alias, OF_KEY, columns[: len(OF_KEY)])
    key.user = User.from_db(connection.alias, OF_USER, columns[len(OF_KEY) :])
    key.user.held = set(json.loads(held or "[]"))
    if reason := "This API key was revoked." if is_revoked else _refusal(key.user):
        raise KeyRefusedError(reason)
    if not is_allowed(address, json.loads(addresses)):
        raise AddressRefusedError("This API key cannot be used from this address.")
    if is_stale:
        _note_use(key, now)
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


def _refusal(user: User) -> str:
    if not user.is_active:
        return "The user of this API key is inactive."
    return "" if user.has_perm(USE_API) else "The user of this API key does not have permission to use the API."


def _note_use(key: ApiKey, now: datetime) -> None:
    # Asked again, so that of many requests at one moment one writes.
    stale = Q(last_used=None) | Q(last_used__lt=now - NOTED)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
