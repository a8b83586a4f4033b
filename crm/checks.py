"""Checks of the database session and of a shared cache: `manage.py check --database default` and every `migrate`.

`check --deploy` also says what would work, and less well than it could.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections

from crm.accounts.openid import group_roles, is_set_up
from crm.shared_cache import ask_cache, failures

OF_ONE_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
SHORTEST_KEY = 32
FEWEST_LOCKS = 20_000
"""Several imports at one moment have 4,000 to 6,000 locks each."""
LOCK_TABLE_SQL = """
    SELECT current_setting('max_locks_per_transaction')::int
        * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
"""
OPENID_NEEDS = {
    "OIDC_CLIENT_ID": "OIDC_RP_CLIENT_ID",
    "OIDC_CLIENT_SECRET": "OIDC_RP_CLIENT_SECRET",
    "OIDC_AUTHORIZATION_ENDPOINT": "OIDC_OP_AUTHORIZATION_ENDPOINT",
    "OIDC_TOKEN_ENDPOINT": "OIDC_OP_TOKEN_ENDPOINT",
    "OIDC_JWKS_ENDPOINT": "OIDC_OP_JWKS_ENDPOINT",
}
SESSION_SQL = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name"


def check_session(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Whether times to wait are limited, and JIT is off, as startup options or the role should have it."""
    if "default" not in (databases or ()) or connections["default"].vendor != "postgresql":
        return []
    expected: Mapping[str, str] = settings.DATABASE_SESSION
    with connections["default"].cursor() as cursor:
        cursor.execute(SESSION_SQL, [list(expected)])
        differing = [f"{name} is {setting}" for name, setting in cursor.fetchall() if setting != expected[name]]
    if not differing:
        return []
    commands = "; ".join(f"ALTER ROLE … SET {name} = '{value}'" for name, value in expected.items())
    message = f"The database session is not set up as it should be: {', '.join(differing)}"
    return [Warning(message, hint=f"{commands}. See docs/production.md.", id="crm.W001")]


def check_lock_table(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Whether the table of locks, which all sessions of the server share, has room for several imports."""
    if "default" not in (databases or ()) or connections["default"].vendor != "postgresql":
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(LOCK_TABLE_SQL)
        (locks,) = cursor.fetchone()
    if locks >= FEWEST_LOCKS:
        return []
    hint = "Set max_locks_per_transaction = 256 in postgresql.conf and restart PostgreSQL. See docs/production.md."
    message = f"PostgreSQL has room for {locks:,} locks at a time, which two imports at one moment may need."
    return [Warning(message, hint=hint, id="crm.W006")]


def check_cache(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Whether the cache of CACHE_URL answers. Without this, the first request that counts something would fail."""
    if not databases or _is_of_one_process():
        return []
    try:
        ask_cache()
    except ImportError as error:
        hint = "Install what the cache needs, for redis:// with: pip install 'reunite[redis]'"
        return [Error(f"The package for CACHE_URL is missing: {error}", hint=hint, id="crm.E003")]
    except failures() as error:
        return [Error(f"The cache of CACHE_URL does not answer: {error}", id="crm.E004")]
    return []


def check_shared_limits(**kwargs: Any) -> list[CheckMessage]:
    if not _is_of_one_process():
        return []
    hint = "Name a shared cache by CACHE_URL, such as redis://127.0.0.1:6379/0. See docs/production.md."
    return [Warning("Each server process counts wrong keys and sign-ins by itself.", hint=hint, id="crm.W002")]


def check_second_factor(**kwargs: Any) -> list[CheckMessage]:
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    hint = "Set SECOND_FACTOR_REQUIRED=on. See docs/production.md."
    return [Warning("Users who may refund, delete or manage users need no second factor.", hint=hint, id="crm.W003")]


def check_encryption_keys(**kwargs: Any) -> list[CheckMessage]:
    """Whether stored secrets have keys of their own. SECRET_KEY is in more hands, and replaced for other reasons."""
    if not settings.ENCRYPTION_KEYS:
        hint = "Set ENCRYPTION_KEYS, then run manage.py rotate_secrets. See docs/production.md."
        return [Warning("Stored secrets are encrypted with SECRET_KEY.", hint=hint, id="crm.W004")]
    if any(len(key) < SHORTEST_KEY for key in settings.ENCRYPTION_KEYS):
        hint = "Make one as .env.example says, put it first, then run manage.py rotate_secrets."
        message = f"A key of ENCRYPTION_KEYS has fewer than {SHORTEST_KEY} characters."
        return [Warning(message, hint=hint, id="crm.W005")]
    return []


def check_openid(**kwargs: Any) -> list[CheckMessage]:
    """Whether sign-in at a provider could work at all: its package, its addresses, and what groups are to grant."""
    if not is_set_up():
        return []
    if not find_spec("mozilla_django_oidc"):
        hint = "Install it with: pip install 'reunite[oidc]'"
        return [Error("The package for sign-in by OpenID Connect is missing.", hint=hint, id="crm.E005")]
    errors: list[CheckMessage] = []
    if missing := [name for name, setting in OPENID_NEEDS.items() if not getattr(settings, setting)]:
        errors.append(Error(f"OIDC_ISSUER also needs {', '.join(missing)}.", id="crm.E006"))
    if unknown := [*group_roles.unknown_grants()]:
        hint = f'Roles are {", ".join(group_roles.TICKS)}; permissions are listed, such as ["orders.refund_order"].'
        errors.append(
            Error(f"OIDC_GROUP_ROLES grants what is not known: {'; '.join(unknown)}", hint=hint, id="crm.E007")
        )
    return errors


def check_metrics_token(**kwargs: Any) -> list[CheckMessage]:
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= SHORTEST_KEY:
        return []
    hint = "Make one as SECRET_KEY is made. See docs/operations.md."
    return [Warning(f"METRICS_TOKEN has fewer than {SHORTEST_KEY} characters.", hint=hint, id="crm.W007")]


def _is_of_one_process() -> bool:
    return bool(settings.CACHES["default"]["BACKEND"] == OF_ONE_PROCESS)
