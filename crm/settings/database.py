"""The databases and how long their sessions wait, from the environment; `crm/settings` takes all of it."""

import sys
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"

# A command has nobody who waits for it.
IS_COMMAND = Path(sys.argv[0]).name in ("manage.py", "celery") and sys.argv[1:2] != ["runserver"]
IS_MIGRATION = sys.argv[1:2] == ["migrate"]


class Waits:
    """How many seconds a request waits for a row that another act has locked, for the answer to a statement, and for a
    connection; and how long a transaction may stay open with nothing to do."""

    def __init__(self, env: environ.Env) -> None:
        if IS_COMMAND and IS_MIGRATION:
            # Requests that follow a migration which waits for a table wait as well, so it gives up before they do.
            self.lock = env.float("MIGRATION_LOCK_TIMEOUT", default=2)
            self.statement = env.float("COMMAND_STATEMENT_TIMEOUT", default=0)
        elif IS_COMMAND:
            self.lock = env.float("COMMAND_LOCK_TIMEOUT", default=10)
            self.statement = env.float("COMMAND_STATEMENT_TIMEOUT", default=0)
        else:
            self.lock = env.float("DATABASE_LOCK_TIMEOUT", default=3)
            self.statement = env.float("DATABASE_STATEMENT_TIMEOUT", default=30)
        self.idle = env.float("DATABASE_IDLE_TIMEOUT", default=60)
        self.connect = env.int("DATABASE_CONNECT_TIMEOUT", default=2)

    def of_session(self) -> dict[str, str]:
        """Of every session on PostgreSQL, in milliseconds. `manage.py check --database default` compares them."""
        return {
            # Compiling a query takes longer than running any of ours: a page with many counts took half a second more.
            "jit": "off",
            "lock_timeout": str(round(self.lock * 1000)),
            "statement_timeout": str(round(self.statement * 1000)),
            "idle_in_transaction_session_timeout": str(round(self.idle * 1000)),
        }


def database(env: environ.Env, name: str, default: str, waits: Waits) -> dict[str, Any]:
    """The database that the variable `name` has the URL of."""
    if not env.str(name, default=default):
        # SQLite beside the code would be a surprise where somebody meant to name a database.
        raise ImproperlyConfigured(f"{name} is empty. Enter the address of a database, or leave {name} out.")
    url: dict[str, Any] = env.db_url(name, default=default)
    return url | (_sqlite(waits) if url["ENGINE"] == SQLITE else _postgresql(env, waits))


def databases(env: environ.Env, default: str, waits: Waits) -> dict[str, dict[str, Any]]:
    """The primary, and the copy of it that pages may read."""
    named = {"default": database(env, "DATABASE_URL", default, waits)}
    if env.str("REPLICA_URL", default=""):
        named["replica"] = database(env, "REPLICA_URL", default, waits)
    return named


def _sqlite(waits: Waits) -> dict[str, Any]:
    return {
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # Waits for the lock at the start. Otherwise a transaction that reads and then writes would fail at once if
            # another wrote in between.
            "transaction_mode": "IMMEDIATE",
            "timeout": waits.lock,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }


def _postgresql(env: environ.Env, waits: Waits) -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": waits.connect,
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=10),
            "timeout": waits.connect,
            # After that the next request tries at once; a pool that goes on trying waits longer each time.
            "reconnect_timeout": waits.connect,
        },
    }
    # Some poolers, such as PgBouncer, refuse options at the start of a session: docs/production.md.
    sends_options = env.bool("DATABASE_STARTUP_OPTIONS", default=True)
    if sends_options:
        options["options"] = " ".join(f"-c {name}={value}" for name, value in waits.of_session().items())
    return {
        "CONN_MAX_AGE": 0,  # the pool keeps them
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server lives in one session, and behind such a pooler the next statement may meet another.
        "DISABLE_SERVER_SIDE_CURSORS": not sends_options,
        "OPTIONS": options,
    }
