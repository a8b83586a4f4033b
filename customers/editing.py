"""Editing the profile of a live customer, by one person at a time: the second is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers import cart, history, profile
from customers.fields import BY_KEY, Kind
from customers.homes import home_of
from customers.locking import lock, lock_live
from customers.models import Customer, HistoryKind, Note, ProfileChange
from customers.values import as_text, clean

if TYPE_CHECKING:
    from crm.accounts.models import User


class EditError(Exception):
    """The message says what was not saved, and why."""


@transaction.atomic
def create(values: Mapping[str, Any], *, by: User | None, via: str) -> Customer:
    """A new customer with `values` as profile; whoever calls adds the first source record."""
    cleaned = {key: clean(BY_KEY[key], value) for key, value in values.items()}
    customer = Customer.objects.create(**{BY_KEY[key].column: value for key, value in cleaned.items()})
    profile.write_first_change(customer, by=by, via=via)
    return customer


@transaction.atomic
def edit(customer: Customer, values: Mapping[str, Any], *, version: int, by: User | None, via: str) -> Customer:
    """Change what differs of `values`; EditError when the profile is no longer at `version`, or not to be edited."""
    locked = lock([customer.pk])[customer.pk]
    if not locked.is_live:
        raise EditError(f"Not saved. {locked.numbered} was merged or erased a moment ago.")
    if locked.version != version:
        raise EditError("Not saved. Somebody changed this customer a moment ago.")
    # Typed by staff, so that it is matched on: the home record says what the profile says.
    home_of(locked)
    cleaned = {key: clean(BY_KEY[key], value) for key, value in values.items()}
    try:
        cleaned = cart.settle(locked, cleaned, among=[locked.pk])
    except cart.LoginTakenError as error:
        raise EditError(f"Not saved. {error}") from None
    change = profile.write_change(locked, cleaned, by=by, via=via)
    if change:
        profile.refresh([locked.pk])
        history.write(locked, HistoryKind.EDIT, described(change), by=by)
    return Customer.objects.get(pk=locked.pk)


def described(change: ProfileChange) -> str:
    """What an edit changed, as sentences."""
    parts = []
    for key, value in change.values.items():
        field = BY_KEY[key]
        before, after = as_text(field, value["before"]) or "empty", as_text(field, value["after"]) or "empty"
        parts.append(
            "Password set anew." if field.kind is Kind.PASSWORD else f"{field.label} changed from {before} to {after}."
        )
    return " ".join(parts)


@transaction.atomic
def add_note(customer: Customer, text: str, *, by: User | None) -> Note:
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise EditError("Not saved. This customer was erased a moment ago.")
    return Note.objects.create(source_record=home_of(locked), text=text, by=by)
