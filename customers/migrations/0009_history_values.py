import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_merge_drafts")]

    operations = [
        migrations.AddField("historyentry", "sentence", models.TextField(default=""), preserve_default=False),
        migrations.AddField("historyentry", "values", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "historyentry",
            "about_customer",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField("historyentry", "order_number", models.CharField(blank=True, max_length=10)),
        migrations.AddField("historyentry", "purchase_id", models.PositiveBigIntegerField(blank=True, null=True)),
        # So that it can be taken back once it is gone.
        migrations.AlterField("historyentry", "text", models.TextField(default="")),
    ]
