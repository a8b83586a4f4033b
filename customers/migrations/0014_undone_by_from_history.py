"""Name the users who undid merges before, as the history of the duplicates has them.

An erasure deleted the history of an erased duplicate. What was undone last made the undo of its merge whole, so the
merge has its user. Of other undos the user stays unknown.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def name_users(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    members = apps.get_model("customers", "MergeMember")._default_manager.using(using)
    entries = apps.get_model("customers", "HistoryEntry")._default_manager.using(using)
    merges = apps.get_model("customers", "Merge")._default_manager.using(using)

    undone = members.filter(undone_at__isnull=False)
    of_duplicate = entries.filter(
        source_record__origin=OuterRef("duplicate"), kind="undo", merge=OuterRef("merge"), by__isnull=False
    )
    undone.update(undone_by=Subquery(of_duplicate.order_by("-pk").values("by")[:1]))

    latest = members.filter(merge=OuterRef("merge")).order_by("-undone_at", "-pk").values("undone_at")[:1]
    unknown = undone.filter(undone_by__isnull=True, merge__undone_at__isnull=False, undone_at=Subquery(latest))
    unknown.update(undone_by=Subquery(merges.filter(pk=OuterRef("merge")).values("undone_by")[:1]))


class Migration(migrations.Migration):
    dependencies = [("customers", "0013_undone_by")]

    operations = [migrations.RunPython(name_users, migrations.RunPython.noop, elidable=True)]
