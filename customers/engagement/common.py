"""What contacts, notes, opportunities and tasks have in common.

A row is written under the lock of its customer, after its values were checked against the columns. The history entry
is on the same source record as the row, so that a split or an undo does not separate them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from customers.lib import sentences
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.lib.sentences import Value
from customers.lib.text import can_be_stored
from customers.locks import RetiredMeanwhileError, lock_live, retry_when_moved
from customers.models import Contact, Customer, HistoryKind, Note, SourceRecord, StaffRow, Task
from customers.records import history
from customers.records.newest import newest
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

Row = TypeVar("Row", bound=StaffRow)
About = TypeVar("About", Note, Task)
Custom = Mapping[str, str | int | float | bool | None]

BUSY = "Nothing was changed: other users are changing this customer. Try again."
CHANGED = "Not saved. Another user changed this a moment ago. Cancel to see the current values, then edit them."
TWICE = timedelta(minutes=1)
MOST_CUSTOM, LONGEST_NAME, LONGEST_VALUE = 100, 100, 1_000


class EngagementError(ActionError):
    """`field` is the field of the row at fault."""


class GoneError(EngagementError):
    """The row was deleted meanwhile, or its customer erased."""


def lock(customer: Customer) -> Customer:
    try:
        locked = lock_live(customer.pk)
    except RetiredMeanwhileError:
        raise EngagementError(BUSY) from None
    if locked.erased_at:
        raise GoneError("Nothing was changed: this customer was erased a moment ago.", "customer")
    return locked


def lock_row(row: Row, *, seen: str = "") -> Row:
    """`row`, read again under the lock of its customer; refused if it was changed since `seen`, a time as ISO text."""
    try:
        current = _lock_row(row)
    except RetiredMeanwhileError:
        raise EngagementError(BUSY) from None
    if seen and current.updated.isoformat() != seen:
        raise EngagementError(CHANGED)
    return current


@retry_when_moved
@transaction.atomic
def _lock_row(row: Row) -> Row:
    record = SourceRecord.objects.filter(pk=row.source_record_id).first()
    owner = lock_live(record.customer_id) if record else None
    current = type(row)._default_manager.select_related("source_record__customer").filter(pk=row.pk).first()
    if owner is None or current is None:
        raise GoneError(f"This {type(row)._meta.verbose_name} was deleted a moment ago.")
    if current.source_record.customer_id != owner.pk:
        raise RetiredMeanwhileError
    return current


def attach_to_customer(row: Row, customer: Customer) -> Row:
    """Put the new `row` on the staff record of the customer, who is locked."""
    row.source_record = staff_record_of(lock(customer))
    return row


def attach(row: About, about: Customer | Contact) -> About:
    """Of a row that may be about a contact: then it is on the record of that, whose customer is locked."""
    if isinstance(about, Customer):
        return attach_to_customer(row, about)
    row.contact = lock_row(about)
    row.source_record = row.contact.source_record
    return row


def repeated(row: Row, values: Mapping[str, Any]) -> Row | None:
    """The latest row of the customer if it has `values` and was added within a minute: the form was sent twice."""
    latest = newest(type(row), row.source_record.customer, limit=1).first()
    if latest is None or timezone.now() - latest.at > TWICE:
        return None
    return latest if all(getattr(latest, name) == value for name, value in values.items()) else None


def save(row: Row, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Save `changes` to the locked `row`; return those that differ, {field: (before, after)}."""
    before = {name: getattr(row, name, None) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    _refuse_unstorable(row)
    changed = {name: (before[name], getattr(row, name)) for name in changes if before[name] != getattr(row, name)}
    if row._state.adding or changed:
        row.updated = changes.get("updated") or timezone.now()
        row.save()
    return changed


def _refuse_unstorable(row: Row) -> None:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and not can_be_stored(value):
            raise EngagementError("Remove the character that cannot be stored.", field.name)
    links = {field.name for field in row._meta.concrete_fields if field.is_relation}
    try:
        row.clean_fields(exclude=links)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise EngagementError(" ".join(messages), name) from None


def write_history(
    row: Row, sentence: str, /, *, by: User | None, kind: HistoryKind = HistoryKind.SELLING, **values: Value
) -> None:
    history.write(row.source_record_id, kind, sentence, by=by, **values)


def with_custom(old: Custom, new: Custom) -> dict[str, Any]:
    """`old` updated with `new`, where None removes a value; EngagementError if one cannot be stored."""
    for name, value in new.items():
        _refuse_custom(name, value)
    updated = {name: value for name, value in {**old, **new}.items() if value is not None}
    if len(updated) > MOST_CUSTOM:
        raise EngagementError(f"Use {MOST_CUSTOM} custom values or fewer.", "custom")
    return updated


def _refuse_custom(name: str, value: object) -> None:
    if not 0 < len(name) <= LONGEST_NAME or not can_be_stored(name):
        raise EngagementError(f"Use names of 1 to {LONGEST_NAME} characters.", "custom")
    if isinstance(value, str) and (len(value) > LONGEST_VALUE or not can_be_stored(value)):
        raise EngagementError(f"Use {LONGEST_VALUE} characters or fewer for {isolated(name)}.", "custom")
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < 2**63):
        raise EngagementError(f"{isolated(name)} is not a number that can be stored.", "custom")


def changes(changed: Mapping[str, tuple[Any, Any]], labels: Mapping[str, str], value: Callable[[Any], Value]) -> Value:
    return [
        sentences.change(name, labels[name], value(before), value(after))
        for name, (before, after) in changed.items()
        if name in labels
    ]
