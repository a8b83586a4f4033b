from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """From the user audit log, where alone it was."""
    ApiKey, AccountChange = apps.get_model("accounts", "ApiKey"), apps.get_model("accounts", "AccountChange")
    for key in ApiKey.objects.filter(created_by=None).iterator():
        created = f"API key {key.name} ({key.prefix}…) created."
        entry = AccountChange.objects.filter(user=key.user_id, text=created).order_by("pk").first()
        if entry and entry.by_id:
            ApiKey.objects.filter(pk=key.pk).update(created_by=entry.by_id)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_key_scopes"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
