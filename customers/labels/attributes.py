"""The attributes of a customer: named, typed values, set and removed on the staff record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from customers.labels.common import LabelError, checked_name, lock_customer, refuse_many
from customers.labels.effective import effective_labels
from customers.lib import sentences
from customers.lib.text import can_be_stored
from customers.models import Attribute, AttributeKind, Customer, HistoryKind, SourceRecord
from customers.records import history
from customers.records.staff_record import staff_record_of
from customers.records.timestamps import touch_customer

if TYPE_CHECKING:
    from crm.accounts.models import User

AttributeValue = str | int | Decimal | datetime | bool

EMPTY = sentences.word("empty")


def attributes_of(customer: Customer) -> list[Attribute]:
    return effective_labels(Attribute, customer)


@transaction.atomic
def set_attributes(customer: Customer, values: Mapping[str, AttributeValue], *, by: User | None) -> None:
    # The type of a value becomes the kind of its attribute.
    refuse_many(values)
    locked = lock_customer(customer)
    before = {attribute.name: attribute for attribute in attributes_of(locked)}
    after = {checked_name(Attribute, name): stored_value(value) for name, value in values.items()}
    changed = {name: value for name, value in after.items() if _value_of(before.get(name)) != value}
    if changed:
        rows = [Attribute(name=name, kind=kind, value=text) for name, (kind, text) in changed.items()]
        write_attributes(staff_record_of(locked), rows, before=before)
        touch_customer(locked.pk)
        changes = [
            {"attribute": name, "before": before[name].value if name in before else "", "after": text or EMPTY}
            for name, (_, text) in changed.items()
        ]
        history.write(locked, HistoryKind.TAG, "{changes}", changes=changes, by=by)


@transaction.atomic
def remove_attributes(customer: Customer, *names: str, by: User | None) -> list[str]:
    refuse_many(names)
    locked = lock_customer(customer)
    gone = [attribute for attribute in attributes_of(locked) if attribute.name in names]
    if gone:
        rows = [Attribute(name=attribute.name, kind=attribute.kind, removed=True) for attribute in gone]
        before = {attribute.name: attribute for attribute in gone}
        write_attributes(staff_record_of(locked), rows, before=before)
        touch_customer(locked.pk)
        changes = [{"attribute": row.name, "before": row.value or EMPTY, "after": ""} for row in gone]
        history.write(locked, HistoryKind.TAG, "{changes}", changes=changes, by=by)
    return [attribute.name for attribute in gone]


def _value_of(attribute: Attribute | None) -> tuple[str, str] | None:
    return (attribute.kind, attribute.value) if attribute else None


def write_attributes(staff_record: SourceRecord, rows: Sequence[Attribute], *, before: Mapping[str, Attribute]) -> None:
    """One row of each name; the caller holds the customer's lock, touches the customer and writes the history.

    `before` are those that counted: a row of the staff record that did not is added now, so its time is now.
    """
    for row in rows:
        row.source_record = staff_record
        if (counted := before.get(row.name)) and counted.source_record_id == staff_record.pk:
            row.at = counted.at
    Attribute.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source_record", "name"],
        update_fields=["kind", "value", "removed", "at"],
    )


def parse_value(attribute: Attribute) -> AttributeValue:
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


def stored_value(value: AttributeValue) -> tuple[AttributeKind, str]:
    """(kind, text) as it is stored; LabelError for text that cannot be."""
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
            if not can_be_stored(value):
                raise LabelError("Nothing was changed: a value cannot contain the character NUL.")
            return AttributeKind.STRING, value
