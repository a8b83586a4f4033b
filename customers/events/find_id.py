"""What an id names, whoever gave it: a uuid or number of ours, or an external id.

The ids of ours come first, unless the data source is named: a program that means its own id says whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from customers.lib.errors import ActionError
from customers.lib.text import can_be_stored
from customers.models import Customer, DataSource, DeletedRow, ErasedRecord, SourceRecord
from customers.models.erasing import ANY
from customers.models.source import with_external_id
from customers.records.registry import linked_models

NUMBER = re.compile("[1-9][0-9]{0,17}")


class AmbiguousIdError(ActionError):
    def __init__(self) -> None:
        super().__init__("Several customers have this external ID. Send the data source as well.", "data_source_uuid")


@dataclass(frozen=True)
class NamedId:
    """What an id names: a customer, or a `record` and with it whoever has that. It means nobody before `since`."""

    customer: Customer
    since: datetime
    record: SourceRecord | None = None


def find_named(text: str, *, source: str = "") -> NamedId | None:
    """An id of ours, or an external id; with the uuid of a data `source` it is one of that.

    AmbiguousIdError when data sources know different customers by it.
    """
    if not can_be_stored(text + source):
        return None
    if source:
        return _with_external_id(text, [source]) or _erased(text, [source])
    sources = list(DataSource.objects.exclude(name=DataSource.STAFF).values_list("uuid", flat=True))
    ours = _customer(text) or _linked(text)
    return ours or _with_external_id(text, sources) or _erased(text, sources) or _erased(text, [ANY])


def was_deleted(text: str) -> bool:
    """Whether it was the number of an order, or the uuid of a row that programs copy, until that was deleted."""
    if not text or not can_be_stored(text):
        return False
    return DeletedRow.objects.filter(Q(kind="order", key=text) | Q(uuid=text)).exists()


def _customer(text: str) -> NamedId | None:
    which = Q(pk=int(text)) if NUMBER.fullmatch(text) else Q(uuid=text)
    customer = Customer.objects.filter(which).first()
    return NamedId(customer, customer.created) if customer else None


def _linked(text: str) -> NamedId | None:
    """By the uuid of an order, a note and the like, or the number of an order."""
    for model in linked_models():
        public = {"uuid", *(model.known_as or ())[1:]}
        names = {field.name for field in model._meta.concrete_fields} & public
        which = Q.create([(name, text) for name in sorted(names)], connector=Q.OR)
        rows = model._default_manager.filter(which).select_related("source_record__origin")
        if names and (row := rows.first()):
            return _of_record(row.source_record)
    return None


def _with_external_id(text: str, sources: Collection[str]) -> NamedId | None:
    records = SourceRecord.objects.filter(with_external_id(text), data_source__uuid__in=sources)
    known = list(records.select_related("origin"))
    if len({record.customer_id for record in known}) > 1:
        raise AmbiguousIdError
    return _of_record(known[0]) if known else None


def _erased(text: str, sources: Collection[str]) -> NamedId | None:
    erased = ErasedRecord.customers_known_as(text, sources)
    if len(erased) > 1:
        raise AmbiguousIdError
    return NamedId(erased[0], erased[0].created) if erased else None


def _of_record(record: SourceRecord) -> NamedId:
    return NamedId(record.origin, record.created, record)
