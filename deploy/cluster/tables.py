"""Make all tables at once, and note all migrations as applied: one after the other, more than a hundred take minutes.

`tests/crm/test_migrations.py` shows that it comes to the same, but for the triggers, which are made here as there.
"""

import os

import django
from django.core.management import call_command


class WithoutMigrations:
    """For the setting MIGRATION_MODULES: no app has any."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from crm.audit import triggers
    from customers.models import word_owner

    settings.MIGRATION_MODULES = WithoutMigrations()
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.cursor() as cursor:
        for statement in (*word_owner.CREATE["postgresql"], *triggers.CREATE["postgresql"]):
            cursor.execute(statement)
    settings.MIGRATION_MODULES = {}
    call_command("migrate", fake=True, verbosity=0)
