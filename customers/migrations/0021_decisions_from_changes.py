"""Write the decisions of merges of before, as far as their changes say, so that no profile becomes another one.

A value from a duplicate was picked from it, another one typed. All other fields kept the survivor's value, also where
it was blank. Consent is left to the rule, the most restrictive answer, wherever the profile agrees with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STRICTEST = {"do_not_sell": True, "sms_contact": False, "email_opt_in": False}
NAMES = ("first_name", "last_name", "company", "email", "phone")
REFERENCES = ("cart_login", "cart_password", "pay_source")
BATCH = 500


def write_decisions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    merges = apps.get_model("customers", "Merge")._default_manager.using(using)
    changes = apps.get_model("customers", "ProfileChange")._default_manager.using(using)
    members = apps.get_model("customers", "MergeMember")._default_manager.using(using)
    last = 0
    while batch := list(merges.filter(pk__gt=last).select_related("survivor").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        written = {c.merge_id: c for c in changes.filter(merge__in=batch).exclude(via="order")}
        parts = list(members.filter(merge__in=batch).select_related("duplicate", "merge"))
        customers = {merge.survivor_id for merge in batch} | {part.duplicate_id for part in parts}
        times_of: dict[int, list[tuple[int, Any]]] = {pk: [] for pk in customers}
        for pk, version, at in changes.filter(customer__in=customers).values_list("customer", "version", "at"):
            times_of[pk].append((version, at))
        for merge in batch:
            change = written.get(merge.pk)
            of_merge = [part for part in parts if part.merge_id == merge.pk]
            merge.decisions = decisions(merge, change.values if change else {}, of_merge)
            merge.version = change.version if change else version_after(times_of[merge.survivor_id], merge.created)
        for part in parts:
            part.version = version_until(times_of[part.duplicate_id], part)
        merges.bulk_update(batch, ["decisions", "version"])
        members.bulk_update(parts, ["version"])


def decisions(merge: Any, values: Mapping[str, Any], parts: Iterable[Any]) -> dict[str, Any]:
    standing = {part.duplicate_id: part.duplicate for part in parts if not part.undone_at}
    picked: dict[str, int] = {}
    typed: dict[str, Any] = {}
    for key, value in values.items():
        if key in STRICTEST and any(value["after"] is getattr(d, key) is STRICTEST[key] for d in standing.values()):
            continue
        origin = value["from"]
        # What a duplicate has no longer, because a merge into it was undone, stayed with the survivor.
        if origin and (origin not in standing or column(standing[origin], key) == value["after"]):
            picked[key] = origin
        else:
            typed[key] = value["after"]
    kept = [key for key, strict in STRICTEST.items() if getattr(merge.survivor, key) is not strict]
    if merge.via != "api" and not values.keys().isdisjoint(NAMES):
        kept += NAMES
    picked |= {key: merge.survivor_id for key in kept if key not in values}
    return {"rule": "keep", "picked": picked, "typed": typed, "bought": []}


def column(customer: Any, key: str) -> Any:
    return getattr(customer, f"{key}_id" if key in REFERENCES else key)


def version_after(times: Iterable[tuple[int, Any]], created: Any) -> int:
    """A merge that changed nothing has no change with its version: it comes after all that was changed before it."""
    return 1 + max((version for version, at in times if at <= created), default=0)


def version_until(times: Iterable[tuple[int, Any]], part: Any) -> int:
    later = [version for version, at in times if at > part.merge.created]
    return int(min(later) - 1 if later else part.duplicate.version)


class Migration(migrations.Migration):
    dependencies = [("customers", "0020_decisions_of_merges")]

    operations = [migrations.RunPython(write_decisions, migrations.RunPython.noop, elidable=True)]
