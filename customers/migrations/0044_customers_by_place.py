from django.db import migrations, models
from django.db.models.lookups import IsNull

import customers.models.places


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0043_search_words_with_customer"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                customers.models.places.BillingCity(),
                condition=models.Q(IsNull(customers.models.places.BillingCity(), rhs=False)),
                name="customer_by_city",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                customers.models.places.BillingPostalCode(),
                condition=models.Q(IsNull(customers.models.places.BillingPostalCode(), rhs=False)),
                name="customer_by_postal_code",
            ),
        ),
    ]
