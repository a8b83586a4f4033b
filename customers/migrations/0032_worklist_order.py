from typing import Any

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Cast

import customers.models.exact


def rank_likely_pairs(apps: Any, schema_editor: Any) -> None:
    """All wait at first; the next scan, and the clock, say which do not."""
    rank = Cast(F("probability") * 1_000_000, models.IntegerField())
    apps.get_model("customers", "LikelyPair").objects.update(rank=rank)


class Migration(migrations.Migration):
    dependencies = [("customers", "0031_related_customers")]

    operations = [
        migrations.CreateModel(
            name="HistoryReader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", customers.models.exact.ExactCharField(max_length=40, unique=True)),
                ("read_to", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(model_name="likelypair", name="likelypair_by_probability"),
        migrations.AddField(model_name="likelypair", name="rank", field=models.PositiveIntegerField(default=0)),
        migrations.RunPython(rank_likely_pairs, migrations.RunPython.noop),
        migrations.AddField(model_name="sharedvalue", name="rank", field=models.PositiveSmallIntegerField(default=960)),
        migrations.AddIndex(
            model_name="likelypair",
            index=models.Index(fields=["rank", "id"], name="likelypair_by_rank"),
        ),
        migrations.AddIndex(
            model_name="sharedvalue", index=models.Index(fields=["rank", "id"], name="sharedvalue_by_rank")
        ),
    ]
