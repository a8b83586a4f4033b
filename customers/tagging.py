"""Putting tags and attributes on a customer and taking them off, by staff or a program: on the home record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from customers import history
from customers.homes import home_of
from customers.locking import lock_live
from customers.models import Attribute, AttributeKind, Customer, HistoryKind, Tag
from customers.standing import standing

if TYPE_CHECKING:
    from crm.accounts.models import User

Value = str | int | Decimal | datetime | bool


class TagError(Exception):
    """Nothing was changed; the message says why."""


def tags(customer: Customer) -> list[str]:
    return [tag.name for tag in standing(Tag, customer)]


def attributes(customer: Customer) -> list[Attribute]:
    return standing(Attribute, customer)


@transaction.atomic
def add(customer: Customer, name: str, *, by: User | None) -> None:
    locked, name = _locked(customer), _checked(Tag, name)
    if name not in tags(locked):
        Tag.objects.update_or_create(source_record=home_of(locked), name=name, defaults={"removed": False})
        history.write(locked, HistoryKind.TAG, f"Tagged “{name}”.", by=by)


@transaction.atomic
def remove(customer: Customer, name: str, *, by: User | None) -> None:
    locked = _locked(customer)
    if name in tags(locked):
        Tag.objects.update_or_create(source_record=home_of(locked), name=name, defaults={"removed": True})
        history.write(locked, HistoryKind.TAG, f"Took off the tag “{name}”.", by=by)


@transaction.atomic
def set_attribute(customer: Customer, name: str, value: Value, *, by: User | None) -> None:
    """Give the attribute `value`, whose type is the attribute's kind from now on."""
    locked, name = _locked(customer), _checked(Attribute, name)
    kind, text = _stored(value)
    if not any((a.name, a.kind, a.value) == (name, kind, text) for a in attributes(locked)):
        new = {"kind": kind, "value": text, "removed": False}
        Attribute.objects.update_or_create(source_record=home_of(locked), name=name, defaults=new)
        history.write(locked, HistoryKind.TAG, f"Set {name} to {text or 'empty'}.", by=by)


@transaction.atomic
def remove_attribute(customer: Customer, name: str, *, by: User | None) -> None:
    locked = _locked(customer)
    row = next((a for a in attributes(locked) if a.name == name), None)
    if row:
        gone = {"kind": row.kind, "value": "", "removed": True}
        Attribute.objects.update_or_create(source_record=home_of(locked), name=name, defaults=gone)
        history.write(locked, HistoryKind.TAG, f"Removed {name}, which was {row.value or 'empty'}.", by=by)


def typed(attribute: Attribute) -> Value:
    """The value as what it is."""
    match attribute.kind:
        case AttributeKind.INTEGER:
            return int(attribute.value)
        case AttributeKind.DECIMAL:
            return Decimal(attribute.value)
        case AttributeKind.TIMESTAMP:
            return datetime.fromisoformat(attribute.value)
        case AttributeKind.BOOLEAN:
            return attribute.value == "true"
        case _:
            return attribute.value


def _locked(customer: Customer) -> Customer:
    locked = lock_live(customer.pk)
    if locked.erased_at:
        raise TagError(f"Customer {locked.pk} was erased. Nothing was changed.")
    return locked


def _checked(model: type[Tag] | type[Attribute], name: str) -> str:
    name, longest = name.strip(), model._meta.get_field("name").max_length or 0
    if not name or "\x00" in name or len(name) > longest:
        raise TagError(f"Use a name of 1 to {longest} characters. Nothing was changed.")
    return name


def _stored(value: Value) -> tuple[AttributeKind, str]:
    match value:
        case bool():
            return AttributeKind.BOOLEAN, str(value).lower()
        case int():
            return AttributeKind.INTEGER, str(value)
        case Decimal():
            return AttributeKind.DECIMAL, str(value)
        case datetime():
            return AttributeKind.TIMESTAMP, value.isoformat()
        case _:
            if "\x00" in value:
                raise TagError("A value cannot hold the character NUL. Nothing was changed.")
            return AttributeKind.STRING, value
