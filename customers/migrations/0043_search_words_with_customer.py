from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from customers.models.word_owner import CREATE, REMOVE

FILL = """
    UPDATE customers_searchword SET customer_id = (
        SELECT customer_id FROM customers_sourcerecord WHERE id = customers_searchword.source_record_id
    )
"""


def customer(**options: Any) -> Any:
    return models.ForeignKey(
        "customers.Customer",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        editable=False,
        related_name="+",
        **options,
    )


def add_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove_triggers(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0042_bills_elsewhere"),
    ]

    operations = [
        migrations.RemoveIndex("searchword", "searchword_by_word"),
        migrations.RemoveConstraint("searchword", "searchword_once_a_record"),
        migrations.AddField("searchword", "customer", customer(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("searchword", "customer", customer()),
        migrations.AddConstraint(
            "searchword",
            models.UniqueConstraint(fields=["customer", "word", "source_record"], name="searchword_once_a_record"),
        ),
        migrations.AddIndex("searchword", models.Index(fields=["source_record"], name="searchword_by_record")),
        migrations.AddIndex(
            "searchword",
            models.Index(
                fields=["word", "customer"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="searchword_by_word",
            ),
        ),
        migrations.RunPython(add_triggers, remove_triggers),
    ]
