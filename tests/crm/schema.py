"""What a database has: its tables with their columns, constraints and indexes, and its permissions."""

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.backends.base.base import BaseDatabaseWrapper


def permissions(of: BaseDatabaseWrapper) -> set[tuple[str, str, str]]:
    names = ("content_type__app_label", "content_type__model", "codename")
    return set(Permission.objects.using(of.alias).values_list(*names))


# Written by Django itself, whose migrations number it with larger integers than its models do.
LEFT_OUT = {"django_migrations", "auth_group_permissions"}


def tables(of: BaseDatabaseWrapper) -> dict[str, tuple[dict, list]]:
    """{table: ({column: what it holds}, [constraint or index])}.

    A constraint has its name when that is of ours: Django names what it adds to a table otherwise.
    """
    models = [model._meta for model in apps.get_models()]
    ours = {rule.name for options in models for rule in [*options.constraints, *options.indexes]}
    with of.cursor() as cursor:
        return {
            name: (
                {column.name: column[1:] for column in of.introspection.get_table_description(cursor, name)},
                sorted(
                    (constraint if constraint in ours else "", repr(sorted(says.items())))
                    for constraint, says in of.introspection.get_constraints(cursor, name).items()
                ),
            )
            for name in set(of.introspection.table_names(cursor)) - LEFT_OUT
        }
