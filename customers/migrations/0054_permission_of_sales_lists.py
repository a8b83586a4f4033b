from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0053_erasures")]

    operations = [
        migrations.AlterModelOptions(
            name="leadphase",
            options={"ordering": ["position", "pk"], "permissions": [("manage_saleslist", "Can change sales lists")]},
        ),
    ]
