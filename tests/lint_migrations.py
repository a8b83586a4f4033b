"""Which migrations the program before an update could not live with, beside which they are applied.

`make lint` runs it where TEST_DATABASE_URL names a PostgreSQL, whose SQL it reads; nothing is written there. Migrations
up to NEWEST_BEFORE are older than the rule in CONTRIBUTING.md; all of an app that is not there are newer.
"""

import os
import sys

import django

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


KEPT_ALIVE = {"0043_search_words_with_customer"}
"""What the program before writes without a new column, a trigger completes."""


def lint() -> int:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader
    from django_migration_linter import MigrationLinter

    ours = {app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in PACKAGES}
    migrations = [key for key in MigrationLoader(None).disk_migrations if key[0] in ours]
    names = [name for app, name in migrations if name[:4] > NEWEST_BEFORE.get(app, "0000")]
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


if __name__ == "__main__":
    database = os.environ.get("TEST_DATABASE_URL")
    if not database:
        print("Migrations are not linted, because TEST_DATABASE_URL names no database.")
        sys.exit(0)
    os.environ |= {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    django.setup()
    sys.exit(lint())
