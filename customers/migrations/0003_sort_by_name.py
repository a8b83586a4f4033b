from itertools import islice

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from customers.lib.names import sort_key

CHUNK = 500


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As `manage.py rebuild` would, so that the list by name is in order from the first page on."""
    model = apps.get_model("customers", "Customer")
    rows = model.objects.filter(erased_at=None).order_by("pk")
    found = rows.only("last_name", "first_name", "company", "email", "phone").iterator(CHUNK)
    while some := list(islice(found, CHUNK)):
        for row in some:
            otherwise = row.company or row.email or row.phone
            row.sort_name = sort_key(last_name=row.last_name, first_name=row.first_name, otherwise=otherwise)
        model.objects.bulk_update(some, ["sort_name"])


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_pages_of_their_own"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="customer", name="customer_by_name"),
        migrations.AddField(model_name="customer", name="sort_name", field=models.BinaryField(default=b"")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="customer", index=models.Index(fields=["sort_name", "id"], name="customer_by_sort_name")
        ),
    ]
