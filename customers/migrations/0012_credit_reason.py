from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_history_without_prose")]

    operations = [migrations.RenameField("creditentry", "cause", "reason")]
