import django.db.models.deletion
from django.db import migrations, models

# What the program before this one writes meanwhile is found by `manage.py rebuild`.
SUMS = """
    INSERT INTO customers_phasesum (phase_id, currency, opportunities, amount, weighted)
    SELECT phase_id, currency, COUNT(*), SUM(amount), SUM(amount * win_likelihood) FROM customers_opportunity
    WHERE forecast_category IN ('pipeline', 'best_case', 'committed') GROUP BY phase_id, currency
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0055_filter_combinations")]

    operations = [
        migrations.CreateModel(
            name="PhaseSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("opportunities", models.IntegerField()),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20)),
                ("weighted", models.DecimalField(decimal_places=3, max_digits=22)),
                (
                    "phase",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.leadphase",
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(SUMS, migrations.RunSQL.noop),
    ]
