"""The tags of a customer: added and removed on the staff record, so that an undo gives both sides their own back."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from customers.labels.common import checked_name, lock_customer, refuse_many
from customers.labels.effective import effective_labels
from customers.lib.names import label_key
from customers.models import Customer, HistoryKind, SourceRecord, Tag
from customers.records import history
from customers.records.staff_record import staff_record_of
from customers.records.timestamps import touch_customer

if TYPE_CHECKING:
    from crm.accounts.models import User


def tags_of(customer: Customer) -> list[str]:
    return [tag.name for tag in effective_labels(Tag, customer)]


@transaction.atomic
def add_tags(customer: Customer, *names: str, by: User | None) -> None:
    # In any spelling: a tag that the customer has is not added again.
    refuse_many(names)
    locked = lock_customer(customer)
    name_by_word = {label_key(name): name for name in (checked_name(Tag, name) for name in names)}
    tags = _effective_tags(locked)
    new = [name for word, name in name_by_word.items() if word not in tags]
    if new:
        write_tags(staff_record_of(locked), new, removed=False)
        touch_customer(locked.pk)
        sentence = "Added the tag {tags}." if len(new) == 1 else "Added the tags {tags}."
        history.write(locked, HistoryKind.TAG, sentence, tags=new, by=by)


@transaction.atomic
def remove_tags(customer: Customer, *names: str, by: User | None) -> None:
    refuse_many(names)
    locked = lock_customer(customer)
    tags = _effective_tags(locked)
    gone = [tags[word].name for word in dict.fromkeys(map(label_key, names)) if word in tags]
    if gone:
        write_tags(staff_record_of(locked), gone, removed=True)
        touch_customer(locked.pk)
        sentence = "Removed the tag {tags}." if len(gone) == 1 else "Removed the tags {tags}."
        history.write(locked, HistoryKind.TAG, sentence, tags=gone, by=by)


def _effective_tags(customer: Customer) -> dict[str, Tag]:
    return {tag.word: tag for tag in effective_labels(Tag, customer)}


def write_tags(staff_record: SourceRecord, names: Collection[str], *, removed: bool) -> None:
    """One row of each word, in the latest spelling.

    The caller holds the customer's lock, touches the customer and writes the history.
    """
    name_by_word = {label_key(name): name for name in names}
    rows = [tag for tag in Tag.objects.filter(source_record=staff_record).order_by("-pk") if tag.word in name_by_word]
    row_by_word = {tag.word: tag for tag in rows}
    Tag.objects.filter(pk__in=[tag.pk for tag in rows if tag is not row_by_word[tag.word]]).delete()
    now = timezone.now()
    for tag in row_by_word.values():
        # A removed tag is added again now.
        tag.at = now if tag.removed and not removed else tag.at
        tag.name, tag.removed = name_by_word[tag.word], removed
    Tag.objects.bulk_update(row_by_word.values(), ["name", "removed", "at"])
    new = [name for word, name in name_by_word.items() if word not in row_by_word]
    Tag.objects.bulk_create(Tag(source_record=staff_record, name=name, removed=removed) for name in new)
