"""The tags and attributes that count: one row of each name. A tag is the same in every spelling.

The staff record of the customer wins, then the order in which the records were attached. A tag or attribute that staff
remove is marked `removed` on the staff record of the customer. That hides the name on every record of that customer:
after a merge it does not return, and after an undo both sides have their own again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from django.db.models import QuerySet

from customers.models import Attribute, Customer, SourceRecord, Tag
from customers.records.ownership import merge_chains
from customers.statements.prepared import Slot

Label = TypeVar("Label", Tag, Attribute)

EARLIEST = datetime.min.replace(tzinfo=UTC)


def effective_labels(model: type[Label], customer: Customer) -> list[Label]:
    return effective_of(model, [customer])[customer.pk]


def effective_of(model: type[Label], customers: Collection[Customer]) -> dict[int, list[Label]]:
    rows = model._default_manager.filter(source_record__customer__in=[customer.pk for customer in customers])
    return effective_among(rows.select_related("source_record"), customers)


def label_rows(model: type[Label], customer: Slot) -> QuerySet[Label]:
    """What `effective_by` chooses from."""
    return model._default_manager.filter(source_record__customer=customer)


def effective_by(rows: Sequence[Label], records: Mapping[int, SourceRecord], customer: Customer) -> list[Label]:
    """As `effective_labels`, of `rows` whose source records have been read, too: {primary key: record}."""
    for row in rows:
        row._meta.get_field("source_record").set_cached_value(row, records[row.source_record_id])
    return effective_among(rows, [customer])[customer.pk]


def effective_among(rows: Iterable[Label], customers: Collection[Customer]) -> dict[int, list[Label]]:
    uuid_of = {customer.pk: customer.uuid for customer in customers}
    rows_of: dict[int, list[Label]] = {pk: [] for pk in uuid_of}
    for row in sorted(rows, key=_attached):
        rows_of[row.source_record.customer_id].append(row)
    removed = {
        pk: [row for row in labels if row.removed and not _is_on_staff_record(row, uuid_of[pk])]
        for pk, labels in rows_of.items()
    }
    origins = [row.source_record.origin_id for pk, labels in rows_of.items() if removed[pk] for row in labels]
    chains = merge_chains(origins) if origins else {}
    return {pk: _counting(labels, uuid_of[pk], removed[pk], chains) for pk, labels in rows_of.items()}


def added_by_staff(model: type[Label], customer: Customer, *, since: datetime) -> list[Label]:
    """Those on the customer's staff record: no data source sent them. One added again counts.

    `undo_preview` names those added since the merge, which an undo leaves with the customer who has the staff record.
    """
    rows = model._default_manager.filter(source_record__customer=customer, source_record__external_id=customer.uuid)
    return list(rows.filter(at__gt=since, removed=False).order_by("pk"))


def _counting(
    rows: list[Label], uuid: str, removed: Sequence[Label], chains: Mapping[int, Sequence[int]]
) -> list[Label]:
    # A removal hides the rows of every customer merged into the one it was made on.
    hidden = {(row.word, row.source_record.origin_id) for row in removed}
    row_by_name: dict[str, Label] = {}
    for row in sorted(rows, key=lambda row: not _is_on_staff_record(row, uuid)):
        if not any((row.word, origin) in hidden for origin in chains.get(row.source_record.origin_id, ())):
            row_by_name.setdefault(row.word, row)
    return [row for row in row_by_name.values() if not row.removed]


def _is_on_staff_record(row: Tag | Attribute, uuid: str) -> bool:
    return row.source_record.external_id == uuid


def _attached(row: Tag | Attribute) -> tuple[datetime, int, int]:
    return row.source_record.moved_at or EARLIEST, row.source_record_id, row.pk
