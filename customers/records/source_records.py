"""The source records of a customer, with the merge that brought them and the counts of their rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from customers.lib.pages import Cursor, compared_to
from customers.models import Customer, HistoryEntry, Merge, MergeMember, RecordTotals, SourceRecord
from customers.records.counts import RowCount, count_rows
from customers.records.ownership import merge_chains
from customers.records.registry import all_linked_models
from customers.statements.prepared import Slot
from customers.totals.sums import OrderTotals, sum_rows

# A customer has few records unless hundreds were merged. No page shows more at once.
MOST_RECORDS = 200
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class RecordContribution:
    """A source record with its orders and the counts of its other rows."""

    record: SourceRecord
    merge: Merge | None
    """The latest merge that brought the record to its customer."""
    figures: OrderTotals
    rest: list[RowCount]

    @property
    def is_received_since_merge(self) -> bool:
        """Whether the record was received after its origin had been merged."""
        return self.merge is not None and self.record.created > self.merge.created


def records_of(customer: Customer) -> dict[int, SourceRecord]:
    return by_pk(first_records(customer))


def first_records(customer: Customer | Slot) -> QuerySet[SourceRecord]:
    records = SourceRecord.objects.filter(customer=customer).select_related("data_source", "origin")
    return records.in_order_of_attachment()[:MOST_RECORDS]


def by_pk(records: Iterable[SourceRecord]) -> dict[int, SourceRecord]:
    """{primary key: record}, in order of attachment."""
    in_order = sorted(records, key=lambda record: (record.moved_at or BEFORE_ALL, record.pk))
    return {record.pk: record for record in in_order}


def with_missing(records: Mapping[int, SourceRecord], pks: Iterable[int]) -> Mapping[int, SourceRecord]:
    missing = set(pks) - records.keys()
    if not missing:
        return records
    return {**records, **SourceRecord.objects.select_related("data_source", "origin").in_bulk(missing)}


def record_page(customer: Customer, *, before: Cursor | None, limit: int, source: int | None) -> list[SourceRecord]:
    """The records after the cursor in order of attachment: records that never moved first."""
    records = customer.records.select_related("data_source", "origin").in_order_of_attachment()
    if source is not None:
        records = records.filter(data_source=source)
    if before and before.at == BEFORE_ALL:
        records = records.filter(Q(moved_at__isnull=False) | Q(pk__gt=before.pk))
    elif before:
        records = records.filter(compared_to(before, "gt", by="moved_at"))
    return list(records[:limit])


def cursor_of(record: SourceRecord) -> Cursor:
    return Cursor(record.moved_at or BEFORE_ALL, record.pk)


def record_contributions(
    records: Sequence[SourceRecord], totals: Iterable[RecordTotals]
) -> Iterator[RecordContribution]:
    of_record: defaultdict[int, list[RecordTotals]] = defaultdict(list)
    for row in totals:
        of_record[row.source_record_id].append(row)
    kinds = [
        kind for kind in all_linked_models() if kind is not HistoryEntry and not (kind.tab and kind.tab.is_in_totals)
    ]
    pks = [record.pk for record in records]
    rest = count_rows(kinds, SourceRecord.objects.filter(pk__in=pks))
    merge_of = _merges(records)
    for record in records:
        counts = [row_count for row_count in rest[record.pk] if row_count.number]
        yield RecordContribution(record, merge_of.get(record.pk), sum_rows(of_record[record.pk]), counts)


def _merges(records: Collection[SourceRecord]) -> dict[int, Merge]:
    chains = merge_chains({record.origin_id for record in records if record.origin_id != record.customer_id})
    duplicates = {pk for chain in chains.values() for pk in chain}
    members = MergeMember.objects.filter(undone_at=None, duplicate__in=duplicates).select_related("merge__by")
    merge_of = {member.duplicate_id: member.merge for member in members} if duplicates else {}
    merge_by_record = {}
    for record in records:
        merges = [merge_of[pk] for pk in chains.get(record.origin_id, ()) if pk in merge_of]
        if merges:
            merge_by_record[record.pk] = max(merges, key=lambda merge: merge.pk)
    return merge_by_record
