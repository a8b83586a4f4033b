"""Which customer an id means now, or meant at a time, as merges, undos and splits stood then.

A customer is followed through the merges that stood, a source record from its origin. Only a split gives a record
another origin: the one before is found by the history of the split and the records that merges moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from customers.events.find_id import NamedId
from customers.models import Customer, HistoryEntry, HistoryKind, Merge, MergeMember
from customers.records.history import SPLIT_OFF


class State(StrEnum):
    LIVE = "live"
    ERASED = "erased"
    NOT_CREATED = "not_created"


@dataclass(frozen=True)
class Link:
    """A customer of the chain, and the merge by which it became part of the next one."""

    customer: Customer
    merge: Merge | None


@dataclass(frozen=True)
class IdMeaning:
    chain: Sequence[Link]
    state: State


def meaning_of(named: NamedId, at: datetime | None = None) -> IdMeaning:
    if at and named.since > at:
        return IdMeaning((), State.NOT_CREATED)
    chain = [*_chain(_origin(named, at), at)]
    erased_at = chain[-1].customer.erased_at
    is_erased = erased_at is not None and (at is None or erased_at <= at)
    return IdMeaning(chain, State.ERASED if is_erased else State.LIVE)


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
