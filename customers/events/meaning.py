"""Which customer an id means now, or meant at a time, as merges, undos and splits stood then.

A customer is followed through the merges that stood, a source record from its origin. Only a split gives a record
another origin: the one before is found by the history of the split and the records that merges moved.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from customers.lib.errors import ActionError
from customers.lib.text import can_be_stored
from customers.models import (
    Customer,
    DataSource,
    ErasedRecord,
    HistoryEntry,
    HistoryKind,
    Merge,
    MergeMember,
    SourceRecord,
)
from customers.models.erased_record import ANY
from customers.models.source import with_external_id
from customers.records.history import SPLIT_OFF
from customers.records.registry import linked_models

NUMBER = re.compile("[1-9][0-9]{0,17}")


class AmbiguousIdError(ActionError):
    def __init__(self) -> None:
        super().__init__("Several customers have this external ID. Send the data source as well.", "data_source_uuid")


class State(StrEnum):
    LIVE = "live"
    ERASED = "erased"
    NOT_CREATED = "not_created"


@dataclass(frozen=True)
class NamedId:
    """What an id names: a customer, or a `record` and with it whoever has that. It means nobody before `since`."""

    customer: Customer
    since: datetime
    record: SourceRecord | None = None


@dataclass(frozen=True)
class Link:
    """A customer of the chain, and the merge by which it became part of the next one."""

    customer: Customer
    merge: Merge | None


@dataclass(frozen=True)
class Meaning:
    chain: Sequence[Link]
    state: State


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


def meaning_of(named: NamedId, at: datetime | None = None) -> Meaning:
    if at and named.since > at:
        return Meaning((), State.NOT_CREATED)
    chain = [*_chain(_origin(named, at), at)]
    erased_at = chain[-1].customer.erased_at
    is_erased = erased_at is not None and (at is None or erased_at <= at)
    return Meaning(chain, State.ERASED if is_erased else State.LIVE)


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


def _origin(named: NamedId, at: datetime | None) -> Customer:
    if named.record is None or at is None:
        return named.customer
    origin = named.customer
    while (split := _split_that_made(origin, after=at)) and split.about_customer:
        origin = _holder(split.about_customer, named.record.pk, split.at)
    return origin


def _split_that_made(customer: Customer, *, after: datetime) -> HistoryEntry | None:
    entries = HistoryEntry.objects.filter(source_record__origin=customer, kind=HistoryKind.SPLIT, at__gt=after)
    split_off = entries.filter(sentence__startswith=SPLIT_OFF).select_related("about_customer")
    return split_off.order_by("at", "pk").first()


def _holder(customer: Customer, record: int, at: datetime) -> Customer:
    """The customer that `record` came to, of those that were merged into `customer` then."""
    merged = MergeMember.objects.filter(_standing(at), merge__survivor=customer).select_related("duplicate")
    moved = (member.duplicate for member in merged if record in member.records)
    duplicate = next(moved, None)
    return customer if duplicate is None else _holder(duplicate, record, at)


def _chain(customer: Customer, at: datetime | None) -> Iterator[Link]:
    link: Customer | None = customer
    while link:
        members = MergeMember.objects.filter(_standing(at), duplicate=link)
        member = members.select_related("merge__survivor").first()
        yield Link(link, member.merge if member else None)
        link = member.merge.survivor if member else None


def _standing(at: datetime | None) -> Q:
    """Of members of merges: those that stood at that time, or now."""
    if at is None:
        return Q(undone_at=None)
    return Q(merge__created__lte=at) & (Q(undone_at=None) | Q(undone_at__gt=at))
