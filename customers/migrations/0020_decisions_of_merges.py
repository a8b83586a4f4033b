from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0019_deleted_rows")]

    operations = [
        migrations.AddField("merge", "decisions", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "merge",
            "version",
            models.PositiveIntegerField(default=1, help_text="The survivor's version after the merge"),
        ),
        migrations.AddField(
            "mergemember",
            "version",
            models.PositiveIntegerField(default=1, help_text="The duplicate's version before the merge"),
        ),
    ]
