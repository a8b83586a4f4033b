"""The database of a benchmark, beside the one that DATABASE_URL names; whoever makes one drops it."""

from django.db import connection

from customers.models import word_owner


def create_database() -> str:
    """Make it as tests do, with the trigger that a migration makes: without it a merge would cost less than it does."""
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    with connection.cursor() as cursor:
        for statement in word_owner.CREATE[connection.vendor]:
            cursor.execute(statement)
    return str(name)
