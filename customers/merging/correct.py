"""Correcting values of a merge that stands: what follows is as if it had been made with the other values.

The choices of the merge are replaced and the profile is played again, so an undo takes the correction out as well. A
value that was decided on since the merge does not follow from it any more: it is edited on the customer. Consents,
logins and passwords are changed there too, because who said what, and which of them opens what, is more than a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.dates import format_day
from customers.locks import lock
from customers.merging.allowed import refuse_entered
from customers.merging.meanwhile import stale
from customers.merging.plan import MergeError, MergePlan
from customers.models import Customer, HistoryKind, Merge, ProfileChange, Via
from customers.profile.clean import change_in_words
from customers.profile.decisions import BlankFields, Choices, Decisions
from customers.profile.derive import profile_difference, profile_values, save_profile
from customers.profile.fields import BY_KEY, FIELDS, FieldKind
from customers.profile.replay import BroughtByMerge, ProfileHistory
from customers.records import events, history
from customers.records.owned_records import owned_records
from customers.records.staff_record import put_staff_record
from customers.statements.prepared import insert

if TYPE_CHECKING:
    from crm.accounts.models import User

CORRECTED = "Corrected values of this merge.\n{changes}"
CHANGED_ON_THE_CUSTOMER = (FieldKind.CONSENT, FieldKind.LOGIN, FieldKind.PASSWORD)


@dataclass(frozen=True)
class Correctable:
    """`customers` are those of the merge as they were when it was made, the survivor first, with their versions now.

    `fields` can be corrected, `decided_since` were decided on after the merge.
    """

    merge: Merge
    customers: Sequence[Customer]
    versions: Mapping[int, int]
    """{customer: the last of its decisions that counts}"""
    choices: Choices
    blank_fields: BlankFields
    fields: Sequence[str]
    decided_since: Sequence[str]
    history: ProfileHistory


def correctable(merge: Merge) -> Correctable:
    """MergeError when nothing of it can be corrected."""
    if merge.undone_at:
        raise MergeError(f"This merge was undone on {format_day(merge.undone_at)}.")
    survivor = merge.survivor
    if survivor.erased_at or survivor.merged_into:
        raise MergeError(
            f"{survivor.name_with_number} is no longer a customer of its own, so its values cannot change."
        )
    records = ProfileHistory([survivor.pk])
    members = [member for member in records.members if member.merge_id == merge.pk]
    duplicates = Customer.objects.in_bulk([member.duplicate_id for member in members])
    versions = {survivor.pk: merge.version - 1, **{member.duplicate_id: member.version for member in members}}
    customers = [survivor, *(duplicates[member.duplicate_id] for member in members)]
    decisions = Decisions.from_json(merge.decisions)
    since = _decided_since(records, merge)
    offered = [field.key for field in FIELDS if field.kind not in CHANGED_ON_THE_CUSTOMER]
    return Correctable(
        merge,
        [_as_then(customer, records, versions[customer.pk]) for customer in customers],
        versions,
        decisions.choices,
        decisions.blank_fields,
        [key for key in offered if key not in since],
        [key for key in offered if key in since],
        records,
    )


def _decided_since(records: ProfileHistory, merge: Merge) -> set[str]:
    by = records.derived(merge.survivor_id).by
    return {key for key, decision in by.items() if _version(decision) > merge.version}


def _version(decision: ProfileChange | BroughtByMerge) -> int:
    return decision.merge.version if isinstance(decision, BroughtByMerge) else decision.version


def _as_then(customer: Customer, records: ProfileHistory, version: int) -> Customer:
    then = copy(customer)
    then._state = copy(customer._state)
    then._state.fields_cache = {}
    then.merged_into = None
    for key, value in records.derived(customer.pk, until=version).values.items():
        setattr(then, BY_KEY[key].column, value)
    return then


@transaction.atomic
def correct_merge(
    merge: Merge, agreed: MergePlan, corrected: Collection[str], *, by: User | None
) -> ProfileChange | None:
    """Decide the `corrected` fields as `agreed`, a plan of the customers as they were; None if nothing changes."""
    locked = lock(agreed.ids)
    seen = dict(zip(agreed.ids, agreed.versions, strict=True))
    if any(locked[pk].version != version for pk, version in seen.items()):
        raise stale(seen)
    merge = Merge.objects.select_related("survivor").get(pk=merge.pk)
    current = correctable(merge)
    survivor = locked[agreed.survivor_id]
    keys = {*corrected} & {*current.fields}
    chosen = {key: choice for key, choice in agreed.choices.items() if key in keys}
    refuse_entered(replace(agreed, choices=chosen, credit={}), by=by)
    kept = {key: choice for key, choice in current.choices.items() if key not in keys}
    decisions = Decisions.from_json(merge.decisions)
    merge.decisions = Decisions({**kept, **chosen}, decisions.blank_fields, decisions.bought).as_json()
    merge.save(update_fields=["decisions"])
    derived = ProfileHistory([survivor.pk]).derived(survivor.pk)
    origins = {key: d.origin for key, d in derived.by.items() if isinstance(d, BroughtByMerge) and d.origin}
    difference = profile_difference(profile_values(survivor), derived.values, origins)
    if not difference:
        return None
    staff_record = put_staff_record(survivor, derived.values, owner=survivor.pk, records=owned_records([survivor.pk]))
    change = ProfileChange(
        customer=survivor, values=difference, version=survivor.version + 1, by=by, via=Via.PAGE, merge=merge
    )
    changes = [change_in_words(BY_KEY[key], value["before"], value["after"]) for key, value in difference.items()]
    insert(
        change,
        history.entry(staff_record, HistoryKind.EDIT, CORRECTED, changes=changes, by=by, merge=merge),
        events.updated(survivor.pk),
        audit_entry(AuditAction.MERGE, f"Merge {merge.pk}: values corrected.", by=by, customer=survivor.pk),
    )
    save_profile(survivor, derived.values, new_version=True)
    return change
