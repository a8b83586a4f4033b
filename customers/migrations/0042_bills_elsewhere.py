from typing import Any

from django.db import migrations, models


def bill_existing_elsewhere(apps: Any, schema_editor: Any) -> None:
    """Whoever bills them now goes on: nobody is charged twice by an update."""
    apps.get_model("customers", "DataSource").objects.update(bills_elsewhere=True)


class Migration(migrations.Migration):
    dependencies = [("customers", "0041_task_to_do")]

    operations = [
        migrations.AddField(
            model_name="datasource",
            name="bills_elsewhere",
            field=models.BooleanField(
                default=False,
                db_default=False,
                help_text="Another system bills the purchases that begin with its orders",
            ),
        ),
        migrations.RunPython(bill_existing_elsewhere, migrations.RunPython.noop),
    ]
