"""The database of a benchmark, beside the one that DATABASE_URL names."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from customers.models import word_owner


@contextmanager
def own_database() -> Iterator[None]:
    """Made and dropped as tests do, with the trigger that a migration makes: without it a merge would cost less."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with connection.cursor() as cursor:
            for statement in word_owner.CREATE[connection.vendor]:
                cursor.execute(statement)
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
