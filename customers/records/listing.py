"""What is known of a customer by each of their source records: how it came to them, and what it brought."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from customers.models import Customer, HistoryEntry, Merge, MergeMember, RecordTotals, SourceRecord
from customers.records.counts import RowCount, count_rows
from customers.records.newest import Cursor
from customers.records.ownership import merge_chains
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, sum_rows

# More than a page can show; a customer has few, unless somebody merged hundreds.
MOST_RECORDS = 200
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class RecordContribution:
    """A source record, the merge that brought it to its customer, if one did, and what came through it."""

    record: SourceRecord
    merge: Merge | None
    figures: OrderTotals
    rest: list[RowCount]

    @property
    def came_since(self) -> bool:
        """Whether it came for somebody who was merged into the customer before."""
        return self.merge is not None and self.record.created > self.merge.created


def records_of(customer: Customer) -> dict[int, SourceRecord]:
    """The customer's source records by primary key, in order of attachment."""
    records = customer.records.select_related("data_source", "origin").in_order_of_attachment()
    return {record.pk: record for record in records[:MOST_RECORDS]}


def with_missing(records: Mapping[int, SourceRecord], pks: Iterable[int]) -> Mapping[int, SourceRecord]:
    """`records`, and those of `pks` that are beyond the MOST_RECORDS."""
    missing = set(pks) - records.keys()
    return {**records, **SourceRecord.objects.select_related("data_source", "origin").in_bulk(missing)}


def record_page(customer: Customer, *, before: Cursor | None, limit: int, source: int | None) -> list[SourceRecord]:
    """The records that follow the cursor in order of attachment; one that never moved is before all that did."""
    records = customer.records.select_related("data_source", "origin").in_order_of_attachment()
    if source is not None:
        records = records.filter(data_source=source)
    if before and before.at == BEFORE_ALL:
        records = records.filter(Q(moved_at__isnull=False) | Q(pk__gt=before.pk))
    elif before:
        records = records.filter(Q(moved_at__gt=before.at) | Q(moved_at=before.at, pk__gt=before.pk))
    return list(records[:limit])


def cursor_of(record: SourceRecord) -> Cursor:
    return Cursor(record.moved_at or BEFORE_ALL, record.pk)


def record_contributions(
    records: Sequence[SourceRecord], totals: Iterable[RecordTotals]
) -> Iterator[RecordContribution]:
    """What came through each of `records`; orders from the totals, all else counted as far as counting goes."""
    of_record: defaultdict[int, list[RecordTotals]] = defaultdict(list)
    for row in totals:
        of_record[row.source_record_id].append(row)
    counted = [
        kind for kind in all_linked_models() if kind is not HistoryEntry and not (kind.tab and kind.tab.is_in_totals)
    ]
    pks = [record.pk for record in records]
    rest = count_rows(counted, SourceRecord.objects.filter(pk__in=pks))
    merge_of = _merges(records)
    for record in records:
        counts = [tally for tally in rest[record.pk] if tally.number]
        yield RecordContribution(record, merge_of.get(record.pk), sum_rows(of_record[record.pk]), counts)


def _merges(records: Collection[SourceRecord]) -> dict[int, Merge]:
    """{record: the latest of the standing merges that took it from its origin to where it is}."""
    ways = merge_chains({record.origin_id for record in records if record.origin_id != record.customer_id})
    taken = {pk for way in ways.values() for pk in way}
    edges = MergeMember.objects.filter(undone_at=None, duplicate__in=taken).select_related("merge__by")
    merge_of = {edge.duplicate_id: edge.merge for edge in edges} if taken else {}
    merge_by_record = {}
    for record in records:
        passed = [merge_of[pk] for pk in ways.get(record.origin_id, ()) if pk in merge_of]
        if passed:
            merge_by_record[record.pk] = max(passed, key=lambda merge: merge.pk)
    return merge_by_record
