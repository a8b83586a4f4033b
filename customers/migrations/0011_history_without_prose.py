from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_history_from_prose")]

    operations = [
        migrations.RemoveField("historyentry", "text"),
        migrations.AddIndex(
            "historyentry", models.Index(fields=["order_number", "at", "id"], name="historyentry_of_order")
        ),
        migrations.AddIndex(
            "historyentry", models.Index(fields=["purchase_id", "at", "id"], name="historyentry_of_purchase")
        ),
    ]
