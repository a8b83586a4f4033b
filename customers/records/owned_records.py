"""The source records of locked customers, with their match keys: read once for a whole act.

Who owns a record, and how a merge changes it, is in `ownership.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from customers.models import CreditEntry, DataSource, MergePolicy, RecordTotals, SourceRecord, UnmatchedValue
from customers.models.matching import Key
from customers.statements.prepared import Prepared, Slot


def record_rows(customers: Slot, *flags: Exists) -> QuerySet[SourceRecord, Any]:
    """Of their records, one for each match key; for `records_among`, which is told the names of the `flags`."""
    return (
        SourceRecord.objects.filter(customer__in=customers)
        .order_by("pk")
        .values_list(
            *("pk", "customer", "origin", "external_id", "data_source"),
            Subquery(DataSource.objects.filter(name=DataSource.STAFF).values("pk")),
            Exists(UnmatchedValue.objects.filter(source_record=OuterRef("pk"))),
            *flags,
            *("match_keys__kind", "match_keys__value"),
        )
    )


def rows_with_credit(customers: Slot) -> QuerySet[SourceRecord, Any]:
    """What an undo needs, with the flag `has_credit`."""
    return record_rows(customers, Exists(CreditEntry.objects.filter(source_record=OuterRef("pk"))))


_rows = Prepared(
    lambda customers: record_rows(
        customers,
        Exists(RecordTotals.objects.purchases().filter(source_record=OuterRef("pk"))),
        Exists(MergePolicy.objects.in_force()),
    )
)
ALWAYS = 7
"""Columns of a record that are always read."""


@dataclass
class OwnedRecord:
    """`staff_source` is the data source of staff records; `excludes` says that a value is excluded from matching.

    `has_bought` that an order counted, or that there is a purchase; `has_policy` that some merges need a second person;
    `has_credit` that there is or was some. An act reads those of the last three that it needs.
    """

    pk: int
    customer: int
    origin: int
    external_id: str | None
    data_source: int
    staff_source: int | None
    excludes: bool
    has_bought: bool = False
    has_policy: bool = False
    has_credit: bool = False
    keys: set[Key] = field(default_factory=set)


def owned_records(customers: Collection[int]) -> list[OwnedRecord]:
    return records_among(_rows(list(customers)), "has_bought", "has_policy")


def records_among(rows: Iterable[Sequence[Any]], *flags: str) -> list[OwnedRecord]:
    """From `record_rows` by primary key."""
    records: dict[int, OwnedRecord] = {}
    for *columns, kind, value in rows:
        pk = columns[0]
        if pk not in records:
            records[pk] = OwnedRecord(*columns[:ALWAYS], **dict(zip(flags, columns[ALWAYS:], strict=True)))
        if kind:
            records[pk].keys.add((kind, value))
    return list(records.values())


def keys_of(records: Iterable[OwnedRecord]) -> set[Key]:
    return {key for record in records for key in record.keys}
