"""Tests run on tables made from the models, which are those that the migrations make."""

from copy import deepcopy
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def by_migrations(django_db_setup, django_db_blocker) -> tuple[dict, set]:
    """The tables and the permissions of a database beside that of the tests, on which every migration ran."""
    elsewhere = deepcopy(settings.DATABASES["default"])
    elsewhere["TEST"] |= {"NAME": f"{elsewhere['TEST']['NAME']}_migrated", "MIGRATE": True}
    with django_db_blocker.unblock(), mock.patch.dict(settings.DATABASES, migrated=elsewhere):
        other = connections["migrated"]
        other.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            return tables(other), permissions(other)
        finally:
            other.creation.destroy_test_db(elsewhere["NAME"], verbosity=0)
            del connections["migrated"]


def permissions(of: BaseDatabaseWrapper) -> set[tuple[str, str, str]]:
    found = Permission.objects.using(of.alias)
    return set(found.values_list("content_type__app_label", "content_type__model", "codename"))


# Written by Django itself, whose migrations number it with larger integers than its models do.
ELSE = {"django_migrations", "auth_group_permissions"}


def tables(of: BaseDatabaseWrapper) -> dict[str, tuple[dict, list]]:
    """{table: ({column: what it holds}, [constraint or index])}."""
    with of.cursor() as cursor:
        return {
            table: (
                {column.name: column[1:] for column in of.introspection.get_table_description(cursor, table)},
                sorted(map(named, of.introspection.get_constraints(cursor, table).items())),
            )
            for table in set(of.introspection.table_names(cursor)) - ELSE
        }


def named(constraint: tuple[str, dict]) -> tuple[str, str]:
    """What it says, under its name when that is of ours: Django names what it adds to a table otherwise."""
    name, says = constraint
    ours = {each.name for model in apps.get_models() for each in [*model._meta.constraints, *model._meta.indexes]}
    return name if name in ours else "", repr(sorted(says.items()))


def test_the_migrations_make_the_tables_of_the_models(by_migrations):
    made, expected = tables(connection), by_migrations[0]

    assert made.keys() == expected.keys()
    for table, columns_and_constraints in made.items():
        assert columns_and_constraints == expected[table], table


def test_the_migrations_make_the_permissions_of_the_models(by_migrations):
    assert permissions(connection) == by_migrations[1]
