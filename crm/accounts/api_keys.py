"""API keys: created, shown once, looked up by digest, revoked.

A key acts as its user, with those of the user's permissions that are in its scope, until it ends, and while the user is
active and may use the API. The token is 168
random bits, so a plain digest keeps it as safe as a slow hash would, and finds it through an index.

Published Konnektive clients refuse a login or password of more than 32 characters before they send it. Older tokens
have 51 characters and keep working.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from crm.accounts import changes, grant
from crm.accounts.checkboxes import ALL_PERMISSIONS, LABELS
from crm.accounts.models import LONGEST_LOGIN, ApiKey, User
from crm.accounts.scopes import Scope, label_of, within
from crm.accounts.user_permissions import granted_as_json
from crm.permissions import USE_API
from customers.database.failures import optional_write
from customers.lib.audit import AuditAction
from customers.lib.phrases import isolated

KEY_MARK = "rnt_"  # so that people, and scanners for leaked secrets, recognise one
RANDOM_BYTES = 21  # 28 characters
PREFIX_LENGTH = 8  # characters kept, to tell keys apart
LAST_USED_PRECISION = timedelta(minutes=1)  # of `last_used`, so that most calls write nothing

# The key, its user and their permissions in one statement; what that saves is said at GRANTED_SQL. Columns that a call
# does not need are left out.
LOOKUP_SQL = """
    SELECT token.id, token.user_id, token.name, token.prefix, token.digest,
        owner.id, owner.is_superuser, owner.username, owner.first_name, owner.last_name, owner.email, owner.is_active,
        {granted},
        token.allowed_addresses, token.scope, token.revoked IS NOT NULL, token.ends <= %s,
        token.last_used IS NULL OR token.last_used < %s
    FROM accounts_apikey AS token JOIN accounts_user AS owner ON owner.id = token.user_id WHERE token.digest = %s
"""
KEY_COLUMNS = ("id", "user_id", "name", "prefix", "digest")  # in the order of the model
USER_COLUMNS = ("id", "is_superuser", "username", "first_name", "last_name", "email", "is_active")


class KeyRefusedError(Exception):
    """The message says why, and never repeats the token. `user` is whose key it is, if that is known."""

    def __init__(self, message: str, *, user: User | None = None) -> None:
        super().__init__(message)
        self.user = user


class AddressRefusedError(KeyRefusedError):
    """The key is good, but not for this address."""


@sensitive_variables("token")
@transaction.atomic
def create(
    user: User,
    *,
    name: str,
    addresses: list[str],
    by: User | None,
    scope: Scope = None,
    ends: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return the key and its token, which is not stored; `by` is None for the command line."""
    if by and by != user:
        grant.lock_user(by, to=user)
    if not User.objects.get(pk=user.pk).has_perm(USE_API):
        raise KeyRefusedError(
            f"{isolated(user)} does not have permission to use the API. No key was created."
            f" An admin can grant “{LABELS[USE_API]}” on Edit User."
        )
    if len(user.username) > LONGEST_LOGIN:
        raise KeyRefusedError(
            f"API clients cannot send a user name of more than {LONGEST_LOGIN} characters. No key was created."
            " An admin can shorten the name on Edit User."
        )
    token = KEY_MARK + secrets.token_urlsafe(RANDOM_BYTES)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=token[:PREFIX_LENGTH],
        digest=digest(token),
        scope=None if scope is None else sorted(scope),
        allowed_addresses=addresses,
        created_by=by,
        ends=ends,
    )
    changes.write(user, _creation(key), by=by, action=AuditAction.KEY, tells_user=by != user)
    return key, token


def _creation(key: ApiKey) -> str:
    """As the audit log has it."""
    scope = "" if key.scope is None else f" Scope: {label_of(key.scope)}."
    ends = f" Ends {key.ends.astimezone(UTC):%Y-%m-%d %H:%M} UTC." if key.ends else " Never ends."
    return f"API key {key} created.{ends}{scope}"


@transaction.atomic
def revoke(key: ApiKey, *, by: User) -> None:
    if by != key.user:
        grant.lock_user(by, to=key.user)
    if ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now()):
        changes.write(key.user, f"API key {key} revoked.", by=by, action=AuditAction.KEY, tells_user=by != key.user)


@sensitive_variables("token")
def lookup(token: str, address: str) -> ApiKey:
    """The key with this token, with its user; KeyRefusedError if it may not be used from `address`."""
    now = timezone.now()
    token_digest = digest(token)
    with connection.cursor() as cursor:
        sql = LOOKUP_SQL.format(granted=granted_as_json("token.user_id"))
        times = [connection.ops.adapt_datetimefield_value(at) for at in (now, now - LAST_USED_PRECISION)]
        cursor.execute(sql, [*times, token_digest])
        row = cursor.fetchone()
    if row is None or not secrets.compare_digest(row[KEY_COLUMNS.index("digest")], token_digest):
        raise KeyRefusedError("This API key is unknown.")
    *columns, permissions, addresses, scope, is_revoked, has_ended, is_stale = row
    key = ApiKey.from_db(connection.alias, KEY_COLUMNS, columns[: len(KEY_COLUMNS)])
    key.user = User.from_db(connection.alias, USER_COLUMNS, columns[len(KEY_COLUMNS) :])
    key.user.permission_cache = set(json.loads(permissions or "[]"))
    if reason := _refusal(key.user, is_revoked=bool(is_revoked), has_ended=bool(has_ended)):
        raise KeyRefusedError(reason, user=key.user)
    if not is_allowed(address, json.loads(addresses)):
        raise AddressRefusedError("This API key cannot be used from this address.", user=key.user)
    _narrow(key, json.loads(scope) if scope else None)
    if is_stale:
        _note_use(key, now)
    return key


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_allowed(address: str, networks: list[str]) -> bool:
    """Whether `address` lies in one of `networks`; without any, every address is allowed."""
    if not networks:
        return True
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    # A server that listens on both kinds sees IPv4 addresses mapped to IPv6.
    ip = ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
    return any(ip in ip_network(network) for network in networks)


def _narrow(key: ApiKey, scope: list[str] | None) -> None:
    """From now on the user of `key` has the permissions of its scope only, whoever asks."""
    key.scope = scope
    if scope is not None:
        permissions = set(ALL_PERMISSIONS) if key.user.is_superuser else key.user.permission_cache or set()
        key.user.is_superuser = False  # of this object only, which is never saved: a superuser would have all
        key.user.permission_cache = within(scope, permissions)


def _refusal(user: User, *, is_revoked: bool, has_ended: bool) -> str:
    if is_revoked:
        return "This API key was revoked."
    if has_ended:
        return "This API key has ended."
    if not user.is_active:
        return "The user of this API key is inactive."
    return "" if user.has_perm(USE_API) else "The user of this API key does not have permission to use the API."


def _note_use(key: ApiKey, now: datetime) -> None:
    # The condition again, so that of many requests at one moment only one writes.
    stale = Q(last_used=None) | Q(last_used__lt=now - LAST_USED_PRECISION)
    with optional_write():
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
