"""One merge as it is read afterwards: who, what changed, which source records moved and where they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customers.lib.money import format_money
from customers.lib.phrases import Notice, isolated
from customers.merging.moving import MovedRows, moves
from customers.merging.planned_changes import PlannedChange
from customers.models import Merge, MergeMember, SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, FieldKind
from customers.profile.lead_status import VIA
from customers.records.counts import add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, order_totals


@dataclass(frozen=True)
class MovedRecord:
    """A source record that moved, with whom it came and what it has."""

    record: SourceRecord
    member: MergeMember
    totals: OrderTotals


def changes(merge: Merge) -> Iterator[PlannedChange]:
    """The values that the merge wrote, and the credit that it corrected."""
    who = isolated(merge.by or "API client")
    names = {member.duplicate_id: member.duplicate.numbered for member in merge.members.select_related("duplicate")}
    # What ended Lost for as long as the merge stands is of an order, not of the merge.
    written = {key: value for change in merge.changes.exclude(via=VIA) for key, value in change.values.items()}
    for field in (field for field in FIELDS if field.key in written):
        value = written[field.key]
        before, after = as_text(field, value["before"]), as_text(field, value["after"])
        if field.kind is FieldKind.PASSWORD and after:
            after = "Existing password" if value["from"] else "New password"
        origin = names.get(value["from"]) or (f"entered by {who}" if after else f"left empty by {who}")
        if field.kind is FieldKind.CONSENT and not value["from"]:
            origin = "most restrictive answer"
        yield PlannedChange(field.label, before, after, origin)
    for entry in merge.credit_entries.all():
        text = f"corrected by {format_money(entry.amount, entry.currency)}"
        yield PlannedChange("Credit", "sum", text, f"entered by {who}")


def moved(members: Sequence[MergeMember]) -> list[MovedRecord]:
    member_of = {pk: member for member in members for pk in member.records}
    records = SourceRecord.objects.filter(pk__in=member_of).select_related("data_source", "customer", "origin")
    of = order_totals(list(member_of))
    return [MovedRecord(record, member_of[record.pk], of[record.pk]) for record in records.order_by("pk")]


def moved_rows(merge: Merge, members: Sequence[MergeMember]) -> tuple[MovedRows, ...]:
    """What the records had when they moved, by kind."""
    records = SourceRecord.objects.filter(pk__in=[pk for member in members for pk in member.records])
    counted = count_rows(all_linked_models(), records, at__lte=merge.created)
    of = {m.duplicate_id: add_counts(counted.get(pk, ()) for pk in m.records) for m in members}
    return moves(of)


def warnings(merge: Merge) -> list[Notice]:
    return [Notice(*notice) for notice in merge.warnings]
