from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0050_sales_lists")]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("account_type__isnull", False)),
                fields=["account_type"],
                name="customer_by_account_type",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("lead_phase__isnull", False)),
                fields=["lead_phase", "billing_status", "lead_status"],
                name="customer_by_lead_phase",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["phase", "forecast_category", "currency", "amount", "win_likelihood", "source_record"],
                name="opportunity_in_funnel",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("closing_reason__isnull", False)),
                fields=["closing_reason", "source_record"],
                name="opportunity_closing_reason",
            ),
        ),
    ]
