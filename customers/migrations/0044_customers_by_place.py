from django.db import migrations, models

import customers.models.places


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0043_search_words_with_customer"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(customers.models.places.BillingCity(), name="customer_by_city"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(customers.models.places.BillingPostalCode(), name="customer_by_postal_code"),
        ),
    ]
