"""The page of one merge: changed values, moved records with their present customer, and activity since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from customers.lib.money import format_money
from customers.lib.phrases import ActMessage, Notice, isolated
from customers.lib.sentences import isolated_text
from customers.merging.preview import MovedRows, ValueChange, add_moved_rows
from customers.models import HistoryEntry, HistoryKind, Merge, MergeMember, SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, FieldKind
from customers.profile.replay import BY_PURCHASE
from customers.records.counts import add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, order_totals

if TYPE_CHECKING:
    pass

MOST_EVENTS = 50

ENTERED = ActMessage("entered by {user}", "entered by an API client")
LEFT_EMPTY = ActMessage("left empty by {user}", "left empty by an API client")


@dataclass(frozen=True)
class MovedRecord:
    """A source record that moved, the part of the merge that moved it, and the present totals of the record."""

    record: SourceRecord
    member: MergeMember
    totals: OrderTotals


def value_changes(merge: Merge) -> Iterator[ValueChange]:
    names = {
        member.duplicate_id: member.duplicate.name_with_number for member in merge.members.select_related("duplicate")
    }
    # A purchase that clears “Lost” while the merge stands is recorded with the merge, but the merge did not write it.
    written: dict[str, dict[str, Any]] = {}
    for change in merge.changes.exclude(via=BY_PURCHASE).order_by("version"):
        for key, value in change.values.items():
            # A correction changed what the merge had written.
            written[key] = {**value, "before": written.get(key, value)["before"]}
    for field in (field for field in FIELDS if field.key in written):
        value = written[field.key]
        before, after = as_text(field, value["before"]), as_text(field, value["after"])
        if field.kind is FieldKind.PASSWORD and after:
            after = "Existing password" if value["from"] else "New password"
        origin = names.get(value["from"]) or ((ENTERED if after else LEFT_EMPTY).text(merge.actor))
        if field.kind is FieldKind.CONSENT and not value["from"]:
            origin = "most restrictive answer"
        yield ValueChange(field.label, before, after, origin)
    for entry in merge.credit_entries.all():
        text = f"corrected by {format_money(entry.amount, entry.currency)}"
        yield ValueChange("Credit", "sum", text, ENTERED.text(merge.actor))


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
