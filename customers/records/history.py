"""Writing the history of a customer: every act writes its entry in its own transaction.

With the entry goes the event that programs are told (`Event`), where the act changes what they see of the customer.

An entry is a sentence with named places and the values that fill them (`lib.sentences`). A customer, order or purchase
among the values is in a column as well, so that pages and erasures find the entry through an index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from customers.lib.sentences import Value, places
from customers.models import Customer, Event, HistoryEntry, HistoryKind, Merge, SourceRecord
from customers.records import events
from customers.records.staff_record import staff_record_of
from customers.statements.prepared import insert
from customers.statements.unsaved import unsaved

if TYPE_CHECKING:
    from crm.accounts.models import User

REASON = "Reason: {reason}"
SPLIT_OFF = "Split off from {customer}."
"""Of the new customer of a split: `customers/events/meaning.py` looks for it."""
CHANGES = (HistoryKind.EDIT, HistoryKind.TAG, HistoryKind.CREDIT)
"""Kinds of entries about what programs see of a customer."""
KINDS_WITH_SEVERAL_CUSTOMERS = (
    *(HistoryKind.MERGE, HistoryKind.UNDO),
    *(HistoryKind.DISMISSAL, HistoryKind.RELATION, HistoryKind.REQUEST),
)


def write(
    about: Customer | SourceRecord | int,
    kind: HistoryKind,
    sentence: str,
    /,
    *,
    by: User | None,
    merge: Merge | None = None,
    reason: str = "",
    **values: Value,
) -> HistoryEntry:
    """Write an entry on the record `about`, or on the staff record of the locked customer `about`.

    `values` fill the places of `sentence`: customers, dates, times, and the values that `lib.sentences` makes.
    """
    record = staff_record_of(about) if isinstance(about, Customer) else about
    written = entry(record, kind, sentence, by=by, merge=merge, reason=reason, **values)
    insert(written, *_events(about, kind))
    return written


def _events(about: Customer | SourceRecord | int, kind: HistoryKind) -> Iterator[Event]:
    if kind == HistoryKind.CREATED and isinstance(about, SourceRecord):
        yield events.created(about.customer_id, record=about.pk)
    elif kind in CHANGES and isinstance(about, Customer):
        yield events.updated(about.pk)


def entry(
    record: SourceRecord | int,
    kind: str,
    sentence: str,
    /,
    *,
    by: User | None,
    merge: Merge | None = None,
    at: datetime | None = None,
    reason: str = "",
    **values: Value,
) -> HistoryEntry:
    """An unsaved entry, to write several at once or one of another time; ValueError if `values` do not fit."""
    if reason:
        sentence, values["reason"] = f"{sentence}\n{REASON}", reason
    if unfilled := places(sentence) ^ values.keys():
        raise ValueError(f"Places and values differ: {', '.join(sorted(unfilled))}")
    stored = {name: _stored(value) for name, value in values.items()}
    return unsaved(
        HistoryEntry,
        source_record_id=record if isinstance(record, int) else record.pk,
        at=at or timezone.now(),
        kind=kind,
        sentence=sentence,
        values=stored,
        by_id=by.pk if by else None,
        merge_id=merge.pk if merge else None,
        **_about(kind, stored),
    )


def _stored(value: Value) -> Value:
    match value:
        case str() | int():
            return value
        case Customer():
            return {"customer": value.pk, "name": value.name}
        case datetime():
            return {"time": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case dict() | Mapping():
            return {key: _stored(part) for key, part in value.items()}
        case Collection():
            return [_stored(item) for item in value]
    raise TypeError(f"Not a value of history: {value!r}")


def _about(kind: str, values: Mapping[str, Value]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for value in values.values():
        match value:
            case {"customer": pk} | [{"customer": pk}]:
                columns["about_customer_id"] = pk
            case [{"customer": _}, *_] if kind not in KINDS_WITH_SEVERAL_CUSTOMERS:
                raise ValueError(f"An erasure would not find several customers in an entry of kind {kind}.")
            case {"order": number}:
                columns["order_number"] = number
            case {"purchase": pk}:
                columns["purchase_id"] = pk
    return columns
