"""What indexes there are: none that repeats another, and none that only misleads or is never read."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import UniqueConstraint

OURS = ("customers", "orders")


def models():
    return [model for app in OURS for model in apps.get_app_config(app).get_models()]


def complete_indexes(model) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name and the columns of all that leave out no row."""
    for field in model._meta.concrete_fields:
        if field.db_index or field.unique:
            yield field.name, (field.name,)
    for index in [*model._meta.indexes, *model._meta.constraints]:
        if getattr(index, "fields", ()) and index.condition is None and isinstance(index.fields, list | tuple):
            yield index.name, tuple(name.removeprefix("-") for name in index.fields)


def test_no_index_repeats_the_beginning_of_another():
    for model in models():
        indexes = {
            name: ["pk" if column == "id" else column for column in columns]
            for name, columns in complete_indexes(model)
        }
        for name, columns in indexes.items():
            is_needed = any(c.name == name for c in model._meta.constraints if isinstance(c, UniqueConstraint))
            is_needed = is_needed or any(field.name == name and field.unique for field in model._meta.fields)
            longer = [other for other, of in indexes.items() if other != name and of[: len(columns)] == columns]
            assert is_needed or not longer, (model, name, longer)


@pytest.mark.postgres
@pytest.mark.django_db
def test_no_text_has_a_second_index_for_patterns():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, tablename FROM pg_indexes WHERE right(indexname, 5) = '_like'")
        twins = cursor.fetchall()
    assert [name for name, of in twins if of.split("_")[0] in OURS] == []
