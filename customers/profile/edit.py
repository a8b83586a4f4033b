"""Creating customers and editing the profile of a live one.

An edit names the version that it was made from; if the customer has a newer one, it is refused as stale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.lib import sentences
from customers.lib.errors import ActionError
from customers.lib.phrases import ActMessage
from customers.lib.sentences import Value
from customers.models import Customer, HistoryKind, ProfileChange, SourceRecord
from customers.profile.clean import change_in_words, clean
from customers.profile.derive import (
    Difference,
    first_profile_change,
    profile_difference,
    profile_values,
    save_profile,
)
from customers.profile.fields import BLANK, BY_KEY, NAME_FIELDS, OF_CUSTOMER
from customers.profile.refusals import lock_merged, not_refused_by, refusals_in, refuse_as_merged
from customers.profile.replay import BroughtByMerge, ProfileHistory
from customers.profile.shop_logins import LoginTakenError, settle_logins
from customers.records import events, history
from customers.records.owned_records import owned_records
from customers.records.staff_record import identity_in, identity_of, lock_to_edit, put_staff_record
from customers.statements.prepared import insert
from customers.statements.unsaved import unsaved

if TYPE_CHECKING:
    from crm.accounts.models import User


LABELS = {"owner": "Owner", "lead_created_at": "Lead created", "trial_started_at": "Trial started"}
EDITED = ActMessage("{user} changed this customer a moment ago.", "An API client changed this customer a moment ago.")


class EditError(ActionError):
    pass


class StaleEditError(EditError):
    """Somebody else saved first."""


def create_customer(
    values: Mapping[str, Any], *, by: User | None, via: str, record: SourceRecord | None = None, **columns: Any
) -> Customer:
    """A new customer with `values` as profile and the unsaved `record` as its first; without one, the caller adds one.

    ValidationError when a value cannot be stored; the transaction of the caller continues.
    """
    customer = unsaved_customer(values, **columns)
    with transaction.atomic(savepoint=False):
        insert(customer)
        change = first_profile_change(customer, by=by, via=via)
        if record is None:
            insert(change)
        else:
            record.origin = record.customer = customer
            insert(change, record)
    return customer


def unsaved_customer(
    values: Mapping[str, Any],
    *,
    cleaned: Mapping[str, Any] = MappingProxyType({}),
    owner: User | None = None,
    **columns: Any,
) -> Customer:
    """Of `values` as they were sent, and those that are `cleaned` already, which count."""
    profile = {BY_KEY[key].column: value for key, value in first_values(values, cleaned).items()}
    customer = unsaved(Customer, owner_id=owner.pk if owner else None, **columns, **profile)
    customer.sort_name = customer.name_sort_key
    return customer


def first_values(values: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The profile of a new customer, {field: value}: `values` as they were sent, and `cleaned` ones, which count."""
    others = {key: value for key, value in values.items() if key not in cleaned and value != BLANK[key]}
    return {**{key: clean(BY_KEY[key], value) for key, value in others.items()}, **cleaned}


@transaction.atomic
def edit_profile(customer: Customer, values: Mapping[str, Any], *, version: int, by: User | None, via: str) -> Customer:
    """Change what differs of `values`; EditError when the profile is no longer at `version`, or not to be edited.

    A value that the profile has only by a merge is decided on too, so that it is kept when the merge is undone.
    """
    cleaned = {key: clean(BY_KEY[key], value) for key, value in values.items()}
    merged = lock_merged(customer.pk) if refusals_in(cleaned) else []
    locked, staff_record, has_merged = lock_to_edit(customer.pk)
    _refuse_stale(locked, version)
    _refuse_nameless(locked, cleaned)
    try:
        cleaned = settle_logins(locked, cleaned, among=[locked.pk])
    except LoginTakenError as error:
        raise EditError(f"Not saved. {error}") from None
    difference = profile_difference(profile_values(locked), cleaned)
    if has_merged and len(difference) < len(cleaned):
        unchanged = {key: value for key, value in cleaned.items() if key not in difference}
        difference |= _confirmed(locked, unchanged, merged)
    if not difference:
        return locked
    profile = profile_values(locked) | {key: value["after"] for key, value in difference.items()}
    if staff_record is None or identity_in(profile) != identity_of(locked):
        # What staff entered is used for matching, as keys of the staff record, which is made here where it is missing.
        staff_record = put_staff_record(locked, profile, owner=locked.pk, records=owned_records([locked.pk]))
    refused = refusals_in({key: value["after"] for key, value in difference.items()})
    insert(
        ProfileChange(customer=locked, values=difference, version=locked.version + 1, by=by, via=via),
        *refuse_as_merged(merged, refused, said_on=locked, by=by, via=via),
        history.entry(staff_record, HistoryKind.EDIT, "{changes}", changes=_changes(difference), by=by),
        events.updated(locked.pk),
    )
    if any(BY_KEY[key].kind in OF_CUSTOMER for key in difference):
        # A login or payment method counts only while the customer has it.
        profile |= ProfileHistory([locked.pk]).profile(locked.pk)
    save_profile(locked, profile, new_version=True)
    return locked


def _confirmed(customer: Customer, values: Mapping[str, Any], merged: Collection[Customer]) -> Difference:
    """Those of the unchanged `values` that a merge brought, or that not all of the `merged` refuse yet, as a change."""
    history = ProfileHistory([customer.pk])
    by = history.derived(customer.pk).by
    decided = {key for key in values if isinstance(by.get(key), BroughtByMerge)}
    for one in merged:
        said_by = history.derived(one.pk).by
        decided |= not_refused_by(one, refusals_in(values)).keys()
        decided |= {key for key in refusals_in(values) if isinstance(said_by.get(key), BroughtByMerge)}
    return {key: {"before": value, "after": value, "from": None} for key, value in values.items() if key in decided}


def _refuse_nameless(customer: Customer, values: Mapping[str, Any]) -> None:
    before = {key: getattr(customer, key) for key in NAME_FIELDS}
    # Customers imported without a name may stay nameless.
    if any(before.values()) and not any((before | {key: values[key] for key in NAME_FIELDS if key in values}).values()):
        raise EditError("Not saved. Keep a name, company, email or phone.")


def _refuse_stale(locked: Customer, version: int) -> None:
    if not locked.is_live:
        raise EditError(f"Not saved. {locked.name_with_number} was merged or erased a moment ago.")
    if locked.version != version:
        raise StaleEditError(f"Not saved. {describe_edit(locked, since=version)}")


def describe_edit(customer: Customer, *, since: int) -> str:
    change = customer.changes.filter(version__gt=since).select_related("by").order_by("version").last()
    return EDITED.text(change.by) if change else "This customer was changed a moment ago."


@transaction.atomic
def set_status_and_owner(
    customer: Customer, status: Mapping[str, Any], owner: User | None, *, version: int, by: User | None
) -> None:
    """`status` are the lead status and the lead phase, or one of them."""
    edited = edit_profile(customer, status, version=version, by=by, via="page")
    set_staff_fields(edited, {"owner": owner}, by=by)


def make_customer(customer: Customer, *, by: User) -> Customer:
    """End that `customer` is a lead, though nothing was bought yet; Set status makes a lead of them again."""
    current = customer.live_root()
    if not current.lead_status:
        raise EditError(f"{current.name_with_number} is a customer already.")
    return edit_profile(current, {"lead_status": "", "lead_phase": None}, version=current.version, by=by, via="page")


@transaction.atomic
def set_staff_fields(locked: Customer, columns: Mapping[str, User | datetime | None], *, by: User | None) -> None:
    """Change what is no part of the profile: the owner, when the lead was created, when the trial started."""
    changed = {name: value for name, value in columns.items() if getattr(locked, name) != value}
    if not changed:
        return
    changes = [
        sentences.change(name, LABELS[name], _shown(getattr(locked, name)), _shown(value))
        for name, value in changed.items()
    ]
    save_profile(locked, {}, new_version=True, **changed)
    history.write(locked, HistoryKind.EDIT, "{changes}", changes=changes, by=by)


def _shown(value: User | datetime | None) -> Value:
    return value if isinstance(value, datetime) else str(value or "")


def _changes(difference: Difference) -> list[Value]:
    """What an edit changed, as history keeps it: in words, but for a password."""
    return [change_in_words(BY_KEY[key], value["before"], value["after"]) for key, value in difference.items()]
