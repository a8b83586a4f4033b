"""Marking attributes as identifying, and reversing that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.lib.text import can_be_stored
from customers.matching.evidence.keys import begin_anew
from customers.models import Attribute, IdentifyingAttribute

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST = 20
LONGEST_NAME: int = IdentifyingAttribute._meta.get_field("name").max_length or 0
MOST_LOOKED_AT, MOST_OFFERED = 2_000, 12


class IdentifyingError(ActionError):
    pass


@transaction.atomic
def mark_identifying(name: str, meaning: str, *, by: User | None) -> IdentifyingAttribute:
    """Mark the attributes of this name, or change what they mean."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not can_be_stored(name):
        raise IdentifyingError(
            f"Enter the name of an attribute, with {LONGEST_NAME} characters or fewer. Nothing was changed."
        )
    if meaning not in IdentifyingAttribute.Meaning.values:
        raise IdentifyingError("Select whether the attribute is one per person, or a trait. Nothing was changed.")
    marked = list(IdentifyingAttribute.objects.select_for_update())
    known = next((attribute for attribute in marked if attribute.name == name), None)
    if known and known.meaning == meaning:
        raise IdentifyingError(f"{isolated(name)} is marked like that already.")
    if not known and len(marked) >= MOST:
        raise IdentifyingError(f"At most {MOST} attributes can be marked. Remove one first.")
    attribute, _ = IdentifyingAttribute.objects.update_or_create(name=name, defaults={"meaning": meaning, "by": by})
    begin_anew()
    label = attribute.get_meaning_display().lower()
    audit_entry(AuditAction.MATCHING, f"Attribute “{isolated(name)}” marked: {label}.", by=by).save()
    return attribute


@transaction.atomic
def unmark_identifying(pk: int, *, by: User | None) -> str:
    """The name. What has it stays with the customers, and no longer says who they are."""
    attribute = IdentifyingAttribute.objects.select_for_update().filter(pk=pk).first()
    if attribute is None:
        raise IdentifyingError("This attribute is no longer marked.")
    attribute.delete()
    begin_anew()
    audit_entry(AuditAction.MATCHING, f"Attribute “{isolated(attribute.name)}” no longer marked.", by=by).save()
    return attribute.name


def offered_names() -> Sequence[str]:
    """Names of attributes that customers lately got, without those marked."""
    latest = Attribute.objects.order_by("-pk").values_list("name", flat=True)[:MOST_LOOKED_AT]
    marked = set(IdentifyingAttribute.objects.values_list("name", flat=True))
    return sorted({name for name in latest if name not in marked})[:MOST_OFFERED]
