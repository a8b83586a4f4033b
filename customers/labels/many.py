"""Tags and attributes together: of several customers at once, and as a data source sends them with a new record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from customers.labels.attributes import AttributeValue, set_attributes, stored_value
from customers.labels.common import LabelError, checked_name, refuse_many
from customers.labels.tags import add_tags
from customers.lib.names import label_key
from customers.locks import lock
from customers.models import Attribute, Customer, SourceRecord, Tag

if TYPE_CHECKING:
    from crm.accounts.models import User


@transaction.atomic
def label_customers(
    customers: Collection[Customer],
    *,
    tags: Collection[str] = (),
    values: Mapping[str, AttributeValue],
    by: User | None,
) -> None:
    """Label several live customers, or none of them: LabelError when one was merged or erased meanwhile."""
    # All at once, for the lock order.
    locked = lock([customer.pk for customer in customers])
    if not all(customer.is_live for customer in locked.values()):
        raise LabelError("Nothing was changed: one of these customers was merged or erased a moment ago. Try again.")
    for customer in locked.values():
        add_tags(customer, *tags, by=by)
        set_attributes(customer, values, by=by)


def label_record(record: SourceRecord, tags: Collection[str], values: Mapping[str, AttributeValue]) -> None:
    refuse_many(tags)
    refuse_many(values)
    name_by_word = {label_key(name): name for name in (checked_name(Tag, name) for name in tags)}
    Tag.objects.bulk_create(Tag(source_record=record, name=name) for name in name_by_word.values())
    stored = {checked_name(Attribute, name): stored_value(value) for name, value in values.items()}
    Attribute.objects.bulk_create(
        Attribute(source_record=record, name=name, kind=kind, value=text) for name, (kind, text) in stored.items()
    )
