"""The unsaved events that programs are told of a customer; who writes to the customer inserts them with its history.

What became of whom is told by the customer that it became of: the duplicate was merged, the restored one unmerged. The
others of a merge, undo or split were updated.
"""

from collections.abc import Collection, Iterator, Mapping

from customers.models import Event, EventKind, Merge, SourceRecord
from customers.statements.unsaved import unsaved


def created(customer: int, *, record: int) -> Event:
    """A customer was created, with its first `record`."""
    return _event(EventKind.CUSTOMER_CREATED, customer, **got(record))


def got(*records: int) -> dict[str, object]:
    """What an event says of the source records that its customer got."""
    return {"source_records": [*records]}


def updated(customer: int, *, records: Collection[int] = ()) -> Event:
    """What programs see of the customer has changed; it may have got new source `records`."""
    return _event(EventKind.CUSTOMER_UPDATED, customer, **(got(*records) if records else {}))


def merged(merge: Merge, records_of: Mapping[int, Collection[int]]) -> Iterator[Event]:
    """`records_of` are the source records that moved, by duplicate."""
    into = merge.survivor_id
    for duplicate, records in records_of.items():
        moved = {"into": into, "merge": merge.pk, "source_records": [*records]}
        yield _event(EventKind.CUSTOMER_MERGED, duplicate, **moved)
    yield updated(into)


def unmerged(merge: Merge, records_of: Mapping[int, Collection[int]], *, left: int) -> Iterator[Event]:
    """`records_of` are the source records that each restored customer got back from the live one, which was `left`."""
    for restored, records in records_of.items():
        returned = {"from": left, "merge": merge.pk, "source_records": [*records]}
        yield _event(EventKind.CUSTOMER_UNMERGED, restored, **returned)


def split(record: SourceRecord, *, new: int, left: int) -> Iterator[Event]:
    yield _event(EventKind.CUSTOMER_CREATED, new)
    yield _event(EventKind.CUSTOMER_SPLIT, new, **{"from": left, "source_records": [record.pk]})
    yield updated(left)


def erased(customers: Collection[int]) -> Iterator[Event]:
    for customer in customers:
        yield _event(EventKind.CUSTOMER_ERASED, customer)


def _event(kind: EventKind, customer: int, **data: object) -> Event:
    return unsaved(Event, kind=kind, customer=customer, data=data)
