"""A check of the database session: `manage.py check --database default`, and every `migrate`, runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import connections

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
