"""Adding, editing, moving, retiring and deleting entries of the lists that admins edit.

Each act locks the whole list, which is short, and renumbers it. A change of the name shows everywhere at once: what
uses an entry refers to it. Deleted is only what nothing uses and no profile ever had, because an undo may bring that
back; everything else can be retired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.money import CURRENCIES, is_payable
from customers.lib.names import has_visible_text, label_key
from customers.lib.phrases import isolated
from customers.lib.text import can_be_stored
from customers.lists.catalogue import PROFILE_KEYS, USED_BY, EditedList
from customers.locks import lock_numbers
from customers.models import ClosingReason, FilterProgress, LeadPhase, ListEntry, Opportunity, ProfileChange
from customers.totals.phase_sums import note_moved

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_ENTRIES = 100
LONGEST_NAME: int = ListEntry._meta.get_field("name").max_length or 0
LONGEST_WORD: int = ListEntry._meta.get_field("word").max_length or 0
CHANGED = "Not saved. Another user changed this entry a moment ago. Cancel to see it as it is, then edit it."


class ListError(ActionError):
    """`field` is the field of the entry at fault."""


@transaction.atomic
def add_entry(edited: EditedList, values: Mapping[str, Any], *, by: User | None) -> ListEntry:
    entries = _lock(edited)
    entry = edited.model(position=len(entries))
    _set(edited, entry, values, entries)
    entry.save()
    _name_stages(entry)
    _write_audit(edited, entry, "added", by=by)
    return entry


@transaction.atomic
def add_usual(edited: EditedList, *, by: User | None) -> Sequence[ListEntry]:
    """The entries that such a list usually begins with, for a list without any."""
    if _lock(edited):
        raise ListError(f"Nothing was added: there is a {edited.entry} already.")
    return [add_entry(edited, values, by=by) for values in edited.usual]


@transaction.atomic
def edit_entry(edited: EditedList, pk: int, values: Mapping[str, Any], *, seen: str, by: User | None) -> ListEntry:
    """`seen` is `updated` of the entry as it was shown, as ISO text."""
    entries = _lock(edited)
    entry = _found(edited, entries, pk)
    if entry.updated.isoformat() != seen:
        raise ListError(CHANGED)
    name = entry.name
    _set(edited, entry, values, [other for other in entries if other.pk != pk])
    entry.updated = timezone.now()
    entry.save()
    _name_stages(entry)
    renamed = f", before “{isolated(name)}”" if name != entry.name else ""
    _write_audit(edited, entry, f"changed{renamed}", by=by)
    return entry


@transaction.atomic
def move_entry(edited: EditedList, pk: int, *, towards: Literal["up", "down"], by: User | None) -> ListEntry:
    """Past the next entry that is offered. The first and the last stay where they are."""
    entries = _lock(edited)
    entry = _found(edited, entries, pk)
    offered = [other for other in entries if other.is_retired == entry.is_retired]
    place = offered.index(entry)
    other = place + (1 if towards == "down" else -1)
    if 0 <= other < len(offered):
        offered[place], offered[other] = offered[other], offered[place]
        _renumber(edited, [*offered, *(left for left in entries if left.is_retired != entry.is_retired)])
        _write_audit(edited, entry, f"moved {towards}", by=by)
    return entry


@transaction.atomic
def retire_entry(edited: EditedList, pk: int, *, is_retired: bool, by: User | None) -> ListEntry:
    """Offer it no more, or again. What has it keeps it."""
    entry = _found(edited, _lock(edited), pk)
    if entry.is_retired != is_retired:
        entry.is_retired, entry.updated = is_retired, timezone.now()
        entry.save()
        _write_audit(edited, entry, "retired" if is_retired else "offered again", by=by)
    return entry


@transaction.atomic
def delete_entry(edited: EditedList, pk: int, *, by: User | None) -> str:
    """The name of the deleted entry."""
    entry = _found(edited, _lock(edited), pk)
    if _was_used(edited, pk):
        raise ListError(f"“{isolated(entry)}” was not deleted, because it is or was in use. Retire it instead.")
    _write_audit(edited, entry, "deleted", by=by)
    entry.delete()
    return entry.name


def _was_used(edited: EditedList, pk: int) -> bool:
    if any(rows.filter(**{column: pk}).exists() for rows, column in USED_BY[edited.model]):
        return True
    if (key := PROFILE_KEYS.get(edited.model)) is None:
        return False
    # Without an index: an entry is deleted once in a long time, and each edit would pay for one.
    named = Q(**{f"values__{key}__after": pk}) | Q(**{f"values__{key}__before": pk})
    return ProfileChange.objects.filter(named).exists()


def _name_stages(entry: ListEntry) -> None:
    """A stage is the name of its phase: rename it, and take in those that were named so before there was the phase."""
    if isinstance(entry, LeadPhase):
        Opportunity.objects.filter(phase=entry).exclude(pipeline_stage=entry.name).update(pipeline_stage=entry.name)
        outside = Opportunity.objects.filter(phase=None, pipeline_stage=entry.name)
        note_moved(outside, to=entry.pk)
        if outside.update(phase=entry):
            # Who has one of these may be very many, and is not locked here.
            FilterProgress.discard()


def _lock(edited: EditedList) -> list[ListEntry]:
    # By its name, because an empty list has no row to lock.
    lock_numbers([f"list {edited.slug}"])
    return list(edited.entries())


def _found(edited: EditedList, entries: Sequence[ListEntry], pk: int) -> ListEntry:
    entry = next((entry for entry in entries if entry.pk == pk), None)
    if entry is None:
        raise ListError(f"Nothing was changed: this {edited.entry} was deleted a moment ago.")
    return entry


def _set(edited: EditedList, entry: ListEntry, values: Mapping[str, Any], others: Sequence[ListEntry]) -> None:
    name = str(values["name"]).strip()
    if not has_visible_text(name) or not can_be_stored(name) or len(name) > LONGEST_NAME:
        raise ListError(f"Enter a name of 1 to {LONGEST_NAME} visible characters.", "name")
    entry.name, entry.word = name, label_key(name)[:LONGEST_WORD]
    for column in edited.columns:
        setattr(entry, column, values.get(column, getattr(entry, column)))
    if isinstance(entry, LeadPhase):
        _refuse_worth(entry)
    if len(others) >= MOST_ENTRIES:
        raise ListError(f"A list has at most {MOST_ENTRIES} entries. Delete one that is not used.", "name")
    if any(_are_same(entry, other) for other in others):
        raise ListError(f"There is a {edited.entry} “{isolated(name)}” already. Use another name.", "name")


def _are_same(entry: ListEntry, other: ListEntry) -> bool:
    if isinstance(entry, ClosingReason) and isinstance(other, ClosingReason) and entry.outcome != other.outcome:
        return False
    return entry.word == other.word


def _refuse_worth(phase: LeadPhase) -> None:
    if not 0 <= phase.score <= 100:
        raise ListError("Enter a score from 0 to 100.", "score")
    if phase.value is None:
        phase.currency = ""
        return
    if phase.currency not in CURRENCIES:
        raise ListError("Enter the three letters of a currency, such as USD.", "currency")
    if not (is_payable(phase.value, phase.currency) and phase.value >= 0):
        raise ListError(f"Enter a value of 0 or more, with the decimals of {phase.currency}.", "value")


def _renumber(edited: EditedList, entries: Sequence[ListEntry]) -> None:
    for position, entry in enumerate(entries):
        entry.position = position
    edited.model._default_manager.bulk_update(entries, ["position"])


def _write_audit(edited: EditedList, entry: ListEntry, did: str, *, by: User | None) -> None:
    text = f"{edited.entry.capitalize()} “{isolated(entry)}” {did}."
    audit_entry(AuditAction.SALES_LIST, text, by=by).save()
