"""Putting tags and attributes on a customer and taking them off, by staff or a program: on the home record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from customers.labels.effective import effective_labels
from customers.lib import sentences
from customers.lib.identity import has_visible_text, label_key
from customers.lib.text import can_be_stored
from customers.locks import lock, lock_live
from customers.models import Attribute, AttributeKind, Customer, HistoryKind, SourceRecord, Tag
from customers.records import history
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User

Value = str | int | Decimal | datetime | bool

MOST = 1_000
"""How many are put on or taken off at once."""
EMPTY = sentences.word("empty")


class TagError(Exception):
    """Nothing was changed; the message says why."""


def tags(customer: Customer) -> list[str]:
    return [tag.name for tag in effective_labels(Tag, customer)]


def attributes(customer: Customer) -> list[Attribute]:
    return effective_labels(Attribute, customer)


@transaction.atomic
def add(customer: Customer, *names: str, by: User | None) -> None:
    _refuse_many(names)
    locked = _locked(customer)
    wanted = {label_key(name): name for name in (_checked(Tag, each) for each in names)}
    tags = _standing(locked)
    new = [name for word, name in wanted.items() if word not in tags]
    if new:
        _write(locked, new, removed=False)
        sentence = "Added the tag {tags}." if len(new) == 1 else "Added the tags {tags}."
        history.write(locked, HistoryKind.TAG, sentence, tags=new, by=by)


@transaction.atomic
def remove(customer: Customer, *names: str, by: User | None) -> None:
    _refuse_many(names)
    locked = _locked(customer)
    tags = _standing(locked)
    gone = [tags[word].name for word in dict.fromkeys(map(label_key, names)) if word in tags]
    if gone:
        _write(locked, gone, removed=True)
        sentence = "Removed the tag {tags}." if len(gone) == 1 else "Removed the tags {tags}."
        history.write(locked, HistoryKind.TAG, sentence, tags=gone, by=by)


def _standing(customer: Customer) -> dict[str, Tag]:
    return {tag.word: tag for tag in effective_labels(Tag, customer)}


def _write(customer: Customer, names: Collection[str], *, removed: bool) -> None:
    """One row of each word stands on the home record, spelled as it was written last."""
    home = staff_record_of(customer)
    name_of = {label_key(name): name for name in names}
    theirs = [tag for tag in Tag.objects.filter(source_record=home).order_by("-pk") if tag.word in name_of]
    first = {tag.word: tag for tag in theirs}
    Tag.objects.filter(pk__in=[tag.pk for tag in theirs if tag is not first[tag.word]]).delete()
    for tag in first.values():
        tag.name, tag.removed = name_of[tag.word], removed
    Tag.objects.bulk_update(first.values(), ["name", "removed"])
    new = [name for word, name in name_of.items() if word not in first]
    Tag.objects.bulk_create(Tag(source_record=home, name=name, removed=removed) for name in new)


@transaction.atomic
def set_attributes(customer: Customer, values: Mapping[str, Value], *, by: User | None) -> None:
    """Give each attribute its value, whose type is the attribute's kind from now on."""
    _refuse_many(values)
    locked = _locked(customer)
    wanted = {_checked(Attribute, name): _stored(value) for name, value in values.items()}
    known = {each.name: (each.kind, each.value) for each in attributes(locked)}
    new = {name: (kind, text, False) for name, (kind, text) in wanted.items() if known.get(name) != (kind, text)}
    if new:
        _write_attributes(locked, new)
        changes = [
            {"attribute": name, "before": known[name][1] if name in known else "", "after": text or EMPTY}
            for name, (_, text, _) in new.items()
        ]
        history.write(locked, HistoryKind.TAG, "{changes}", changes=changes, by=by)


@transaction.atomic
def remove_attributes(customer: Customer, *names: str, by: User | None) -> list[str]:
    """Those of `names` that there were."""
    _refuse_many(names)
    locked = _locked(customer)
    gone = [each for each in attributes(locked) if each.name in names]
    if gone:
        _write_attributes(locked, {each.name: (each.kind, "", True) for each in gone})
        changes = [{"attribute": each.name, "before": each.value or EMPTY, "after": ""} for each in gone]
        history.write(locked, HistoryKind.TAG, "{changes}", changes=changes, by=by)
    return [each.name for each in gone]


def _write_attributes(customer: Customer, rows: Mapping[str, tuple[str, str, bool]]) -> None:
    """The rows {name: (kind, value, removed)} of the home record."""
    home = staff_record_of(customer)
    Attribute.objects.bulk_create(
        (
            Attribute(source_record=home, name=name, kind=kind, value=value, removed=removed)
            for name, (kind, value, removed) in rows.items()
        ),
        update_conflicts=True,
        unique_fields=["source_record", "name"],
        update_fields=["kind", "value", "removed"],
    )


@transaction.atomic
def label_many(
    customers: Collection[Customer], *, tags: Collection[str] = (), values: Mapping[str, Value], by: User | None
) -> None:
    """Put tags and attributes on several live customers, or on none of them."""
    # All at once, for the lock order.
    locked = lock([customer.pk for customer in customers])
    if not all(customer.is_live for customer in locked.values()):
        raise TagError("Nothing was changed: one of these customers was merged or erased a moment ago. Try again.")
    for customer in locked.values():
        add(customer, *tags, by=by)
        set_attributes(customer, values, by=by)


def add_to_record(record: SourceRecord, tags: Collection[str], values: Mapping[str, Value]) -> None:
    """What a data source sends with a new record hangs off that."""
    _refuse_many(tags)
    _refuse_many(values)
    names = {label_key(name): name for name in (_checked(Tag, each) for each in tags)}
    Tag.objects.bulk_create(Tag(source_record=record, name=name) for name in names.values())
    rows = {_checked(Attribute, name): _stored(value) for name, value in values.items()}
    Attribute.objects.bulk_create(
        Attribute(source_record=record, name=name, kind=kind, value=text) for name, (kind, text) in rows.items()
    )


def parse_value(attribute: Attribute) -> Value:
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
        raise TagError(f"Nothing was changed: customer {locked.pk} was erased.")
    return locked


def _refuse_many(names: Collection[str]) -> None:
    if len(names) > MOST:
        raise TagError(f"Nothing was changed. Use {MOST:,} names or fewer at once.")


def _checked(model: type[Tag] | type[Attribute], name: str) -> str:
    name, longest = name.strip(), model._meta.get_field("name").max_length or 0
    if not has_visible_text(name) or not can_be_stored(name) or len(name) > longest:
        raise TagError(f"Nothing was changed. Use a name of 1 to {longest} visible characters.")
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
            if not can_be_stored(value):
                raise TagError("Nothing was changed: a value cannot contain the character NUL.")
            return AttributeKind.STRING, value
