from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_undone_by_from_history")]

    operations = [
        migrations.AddIndex(
            "customer",
            models.Index(fields=["erased_at"], condition=models.Q(erased_at__isnull=False), name="customer_erased"),
        ),
        migrations.AddIndex(
            "merge",
            models.Index(
                fields=["created", "id"], condition=models.Q(undone_at__isnull=False), name="merge_undone_by_created"
            ),
        ),
    ]
