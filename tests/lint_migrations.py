"""Which migrations the program before an update could not live with, beside which they are applied.

`make lint` runs it where TEST_DATABASE_URL names a PostgreSQL, whose SQL it reads; nothing is written there. Migrations
up to NEWEST_BEFORE are older than the rule in CONTRIBUTING.md; all of an app that is not there are newer. One that only
makes texts longer passes: PostgreSQL does that at once, and the program before writes shorter ones.
"""

import os
import sys

import django
from django.db.migrations import AlterField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

PACKAGES = {"crm", "customers", "orders"}
NEWEST_BEFORE = {
    "accounts": "0012",
    "audit": "0004",
    "customers": "0041",
    "exports": "0001",
    "jobs": "0002",
    "orders": "0024",
    "pulls": "0003",
    "webhooks": "0004",
}


KEPT_ALIVE = {"0043_search_words_with_customer", "0058_opportunities_in_combinations"}
"""What the program before writes without a new column, a trigger completes; or inserts with ON CONFLICT DO NOTHING."""


def lint() -> int:
    from django.apps import apps
    from django_migration_linter import MigrationLinter

    ours = {app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in PACKAGES}
    loader = MigrationLoader(None)
    migrations = [key for key in loader.disk_migrations if key[0] in ours]
    newer = [(app, name) for app, name in migrations if name[:4] > NEWEST_BEFORE.get(app, "0000")]
    names = [key[1] for key in newer if not only_widens(loader.disk_migrations[key], loader)]
    if not names:
        return 0
    linter = MigrationLinter(
        no_cache=True,
        quiet=["ok", "ignore"],
        include_apps=sorted({app for app, _ in migrations}),
        include_name=sorted({*names} - KEPT_ALIVE),
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


def only_widens(migration: Migration, loader: MigrationLoader) -> bool:
    changes = [operation for operation in migration.operations if isinstance(operation, AlterField)]
    if len(changes) < len(migration.operations):
        return False
    before = loader.project_state(migration.dependencies)
    return all(_widens(change, before.models[migration.app_label, change.model_name_lower]) for change in changes)


def _widens(change: AlterField, before: ModelState) -> bool:
    """Whether all that it does is to make a text longer."""
    _, *kind, old = before.get_field(change.name).deconstruct()
    _, *new_kind, new = change.field.deconstruct()
    lengths = [values.pop("max_length", None) for values in (old, new)]
    return None not in lengths and lengths[0] < lengths[1] and (kind, old) == (new_kind, new)


if __name__ == "__main__":
    database = os.environ.get("TEST_DATABASE_URL")
    if not database:
        print("Migrations are not linted, because TEST_DATABASE_URL names no database.")
        sys.exit(0)
    os.environ |= {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    django.setup()
    sys.exit(lint())
