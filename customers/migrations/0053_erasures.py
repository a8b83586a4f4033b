from django.db import migrations


class Migration(migrations.Migration):
    """The table stays as it is: the program before reads it while an update runs."""

    dependencies = [("customers", "0052_second_person")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel(old_name="Deletion", new_name="Erasure"),
                migrations.AlterModelTable(name="erasure", table="customers_deletion"),
            ],
        ),
    ]
