"""The page of one merge: changed values, moved records with their present customer, and activity since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from customers.lib.phrases import Notice, isolated
from customers.lib.sentences import isolated_text
from customers.merging.preview import MovedRows, add_moved_rows
from customers.models import HistoryEntry, HistoryKind, Merge, MergeMember, SourceRecord
from customers.records.counts import add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, order_totals

MOST_EVENTS = 50


@dataclass(frozen=True)
class MovedRecord:
    """A source record that moved, the part of the merge that moved it, and the present totals of the record."""

    record: SourceRecord
    member: MergeMember
    totals: OrderTotals


def moved_records(members: Sequence[MergeMember]) -> list[MovedRecord]:
    member_of = {pk: member for member in members for pk in member.records}
    records = SourceRecord.objects.filter(pk__in=member_of).select_related("data_source", "customer", "origin")
    totals = order_totals(list(member_of))
    return [MovedRecord(record, member_of[record.pk], totals[record.pk]) for record in records.order_by("pk")]


def moved_rows(merge: Merge, members: Sequence[MergeMember]) -> tuple[MovedRows, ...]:
    records = SourceRecord.objects.filter(pk__in=[pk for member in members for pk in member.records])
    counts = count_rows(all_linked_models(), records, at__lte=merge.created)
    return add_moved_rows({m.duplicate_id: add_counts(counts.get(pk, ()) for pk in m.records) for m in members})


def warnings_then(merge: Merge) -> list[Notice]:
    return [Notice(*notice) for notice in merge.warnings]


@dataclass(frozen=True)
class MergeEvent:
    """Something that happened after a merge; `merge` is the later merge that it is about, if any.

    `by` is None for an API client, and for an undo whose user is not known.
    """

    at: datetime
    by: object | None
    text: str
    merge: Merge | None = None
    is_undo: bool = False


def events_since(merge: Merge, members: Sequence[MergeMember], records: Collection[SourceRecord]) -> list[MergeEvent]:
    """Oldest first. `records` are the moved ones."""
    later = _later_members(merge, members)
    events = [
        *_undone_parts(members),
        *_changed_by_undos(merge),
        *_split_off(merge, records),
        *(event for member in later for event in _later_merge(member)),
    ]
    return sorted(events, key=lambda event: event.at)[:MOST_EVENTS]


def _later_members(merge: Merge, members: Sequence[MergeMember]) -> list[MergeMember]:
    customers = [merge.survivor_id, *(member.duplicate_id for member in members)]
    members_since = MergeMember.objects.filter(duplicate__in=customers, merge__created__gte=merge.created)
    later = members_since.exclude(merge=merge).order_by("merge__created", "pk")
    return list(
        later.select_related("merge__by", "merge__rule", "merge__survivor", "duplicate", "undone_by")[:MOST_EVENTS]
    )


def _undone_parts(members: Sequence[MergeMember]) -> Iterator[MergeEvent]:
    for member in members:
        if member.undone_at:
            text = f"{member.duplicate.name_with_number} was restored."
            yield MergeEvent(member.undone_at, member.undone_by, text, is_undo=True)


def _changed_by_undos(merge: Merge) -> Iterator[MergeEvent]:
    records = SourceRecord.objects.filter(Q(origin=merge.survivor_id) | Q(customer=merge.survivor.live_root()))
    entries = HistoryEntry.objects.filter(source_record__in=records, kind=HistoryKind.UNDO, merge=merge)
    for entry in entries.select_related("by"):
        if "changes" in entry.values:
            yield MergeEvent(entry.at, entry.by, isolated_text("{changes}", entry.values), is_undo=True)


def _split_off(merge: Merge, records: Collection[SourceRecord]) -> Iterator[MergeEvent]:
    # A moved record was split off since when its origin is younger than the merge and has a history entry of a split.
    younger = {record.origin_id: record for record in records if record.origin.created > merge.created}
    entries = HistoryEntry.objects.filter(source_record__origin__in=younger, kind=HistoryKind.SPLIT)
    # The first split in the history of a customer created it; in later splits, records left it.
    by = {e.source_record.origin_id: e.by for e in entries.select_related("by", "source_record").order_by("-at", "-pk")}
    for origin, user in by.items():
        record = younger[origin]
        yield MergeEvent(
            record.origin.created, user, f"{isolated(record)} was split off as {record.origin.name_with_number}."
        )


def _later_merge(member: MergeMember) -> Iterator[MergeEvent]:
    merge = member.merge
    text = f"{member.duplicate.name_with_number} was merged into {merge.survivor.name_with_number}."
    yield MergeEvent(merge.created, merge.actor, text, merge)
    if member.undone_at:
        text = f"{member.duplicate.name_with_number} was restored from {merge.survivor.name_with_number}."
        yield MergeEvent(member.undone_at, member.undone_by, text, merge, is_undo=True)
