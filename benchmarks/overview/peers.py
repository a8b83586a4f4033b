"""Other ways to merge two customers, on tables of their own where orders and the like refer to the customer itself.

`django-extensions` and a plain merge by Django save each row; raw SQL rewrites them by one UPDATE a table, here and in
`merges.py` in our linked tables. Ours moves a customer with as many rows in each of those, of which there are more. The
tables are of an app that is there, because tools look for relations in the apps; so this is imported when the tables of
all apps have been made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import StringIO

from django.db import connection, models, transaction

from benchmarks.overview.measured import Measured, Prepare, measure


class Person(models.Model):
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "orders"

    def __str__(self) -> str:
        return self.name


class Owned(models.Model):
    person = models.ForeignKey(Person, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(max_length=100)

    class Meta:
        abstract = True
        app_label = "orders"

    def __str__(self) -> str:
        return self.text


class Bought(Owned):
    pass


class Paid(Owned):
    pass


class Sent(Owned):
    pass


class Written(Owned):
    pass


OWNED = (Bought, Paid, Sent, Written)


def peers(rows: int, repeat: int, *, ours: tuple[str, Prepare]) -> Iterator[Measured]:
    with _tables():
        ways = {"raw SQL": _by_sql, "a plain Django merge": _by_django}
        if find_spec("django_extensions"):
            ways["django-extensions"] = _by_extensions
        for name, way in ways.items():
            what = f"{name}, {rows:,} rows in each of {len(OWNED)} tables"
            yield measure(what, _prepared(way, rows), repeat=repeat, limit=ours)


@contextmanager
def _tables() -> Iterator[None]:
    with connection.schema_editor() as editor:
        for model in (Person, *OWNED):
            editor.create_model(model)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for model in reversed((Person, *OWNED)):
                editor.delete_model(model)


def _prepared(way: Callable[[Person, Person], None], rows: int) -> Prepare:
    def prepare() -> Callable[[], object]:
        survivor, duplicate = (Person.objects.create(name=name) for name in ("kept", "merged"))
        for model in OWNED:
            model._default_manager.bulk_create(model(person=duplicate, text=str(n)) for n in range(rows))

        @transaction.atomic
        def act() -> None:
            way(survivor, duplicate)

        return act

    return prepare


def _by_sql(survivor: Person, duplicate: Person) -> None:
    for model in OWNED:
        model._default_manager.filter(person=duplicate).update(person=survivor)
    duplicate.delete()


def _by_django(survivor: Person, duplicate: Person) -> None:
    for model in OWNED:
        for row in model._default_manager.filter(person=duplicate):
            row.person = survivor
            row.save()
    duplicate.delete()


def _by_extensions(survivor: Person, duplicate: Person) -> None:
    from django_extensions.management.commands.merge_model_instances import Command

    Command(stdout=StringIO()).merge_model_instances(survivor, [duplicate])
