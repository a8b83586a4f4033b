"""What a program is sent of events: composed when it is sent, from the ids that they keep.

So an external id, which may be personal, is in no event, and gone with its customer. The shape is that of Standard
Webhooks: `type`, `timestamp`, `data`. `customer` is whose event it is, `current_customer` the one that it means now. Of
two events about one customer the one with the greater `sequence` is later, in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from customers.models import Customer, DataSource, Event, Merge, SourceRecord
from customers.records.ownership import merge_chains

Payload = dict[str, Any]


def payloads(events: Sequence[Event]) -> list[Payload]:
    """In the order of `events`, by a few statements for all of them."""
    rows = _read(events)
    return [_payload(event, rows) for event in events]


@dataclass(frozen=True)
class _Rows:
    """The rows that the events name, by primary key; those that are gone are missing."""

    customers: Mapping[int, Customer]
    chains: Mapping[int, Sequence[int]]
    records: Mapping[int, SourceRecord]
    merges: Mapping[int, Merge]


def _read(events: Iterable[Event]) -> _Rows:
    named_records = {pk for event in events for pk in _records_of(event)}
    records = SourceRecord.objects.select_related("data_source").in_bulk(named_records)
    customers = {pk for event in events for pk in _customers_of(event)}
    customers |= {record.customer_id for record in records.values()}
    chains = merge_chains(customers)
    named = customers.union(*chains.values())
    merges = {event.data["merge"] for event in events if "merge" in event.data}
    return _Rows(
        Customer.objects.only("uuid", "erased_at").in_bulk(named),
        chains,
        records,
        Merge.objects.only("uuid").in_bulk(merges),
    )


def _records_of(event: Event) -> list[int]:
    records: list[int] = event.data.get("source_records", [])
    return [*records, event.data["source_record"]] if "source_record" in event.data else records


def _customers_of(event: Event) -> list[int]:
    return [event.customer, *(event.data[name] for name in ("into", "from") if name in event.data)]


def _payload(event: Event, rows: _Rows) -> Payload:
    named = {name: _NAMED[name](value, rows) for name, value in event.data.items()}
    record = rows.records.get(event.data.get("source_record", 0))
    whose = record.customer_id if record else event.customer
    data = {"customer": _customer(whose, rows), "current_customer": _current(whose, rows), **named}
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"id": event.uuid, "type": event.kind, "timestamp": at, "sequence": event.pk, "data": data}


def _customer(pk: int, rows: _Rows) -> Payload:
    customer = rows.customers.get(pk)
    return {"id": pk, "uuid": customer.uuid if customer else None}


def _current(pk: int, rows: _Rows) -> Payload:
    root = rows.chains[pk][-1]
    customer = rows.customers.get(root)
    return {**_customer(root, rows), "is_erased": bool(customer and customer.erased_at)}


def _record(pk: int, rows: _Rows) -> Payload:
    record = rows.records.get(pk)
    if record is None:
        return {"id": pk, "data_source_uuid": None, "external_id": None}
    return {"id": pk, "data_source_uuid": record.data_source.uuid, "external_id": record.public_id}


def _record_list(pks: Sequence[int], rows: _Rows) -> list[Payload]:
    # Those that are gone too, since a program may still have them elsewhere; but none of staff, which it does not know.
    return [_record(pk, rows) for pk in pks if not _is_of_staff(rows.records.get(pk))]


def _is_of_staff(record: SourceRecord | None) -> bool:
    return record is not None and record.data_source.name == DataSource.STAFF


def _merge_uuid(pk: int, rows: _Rows) -> str | None:
    merge = rows.merges.get(pk)
    return merge.uuid if merge else None


def _as_it_is(value: str, rows: _Rows) -> str:
    return value


_NAMED: Mapping[str, Callable[[Any, _Rows], Any]] = {
    "into": _customer,
    "from": _customer,
    "merge": _merge_uuid,
    "source_records": _record_list,
    "source_record": _record,
    "order": _as_it_is,
    "invoice": _as_it_is,
    "subscription": _as_it_is,
    "purchase": _as_it_is,
}
