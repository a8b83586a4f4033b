from django.db import migrations

import customers.models.encrypted


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0034_batch_undo"),
    ]

    operations = [
        migrations.RenameField("paysource", "token", "encrypted_token"),
        migrations.AlterField(
            model_name="paysource",
            name="encrypted_token",
            field=customers.models.encrypted.EncryptedField(blank=True, purpose="customers.payment_tokens"),
        ),
    ]
