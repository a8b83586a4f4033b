"""One merge as it is read afterwards: who, what changed, which source records moved and where they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customers import buying
from customers.changes import Change
from customers.fields import FIELDS, Kind
from customers.holdings import Totals, tallies, together, totals
from customers.models import Merge, MergeMember, SourceRecord
from customers.money import with_currency
from customers.moving import Move, kinds, moves
from customers.notices import Notice
from customers.values import as_text


@dataclass(frozen=True)
class Moved:
    """A source record that moved, with whom it came and what it has."""

    record: SourceRecord
    member: MergeMember
    totals: Totals


def changes(merge: Merge) -> Iterator[Change]:
    """The values that the merge wrote, and the credit that it corrected."""
    who = str(merge.by or "a program")
    names = {member.duplicate_id: member.duplicate.numbered for member in merge.members.select_related("duplicate")}
    # What ended Lost for as long as the merge stands is of an order, not of the merge.
    written = {key: value for change in merge.changes.exclude(via=buying.VIA) for key, value in change.values.items()}
    for field in (field for field in FIELDS if field.key in written):
        value = written[field.key]
        before, after = as_text(field, value["before"]), as_text(field, value["after"])
        if field.kind is Kind.PASSWORD and after:
            after = "Kept" if value["from"] else "Set anew"
        origin = names.get(value["from"]) or f"{'typed' if after else 'left empty'} by {who}"
        if field.kind is Kind.CONSENT and not value["from"]:
            origin = "the strictest answer"
        yield Change(field.label, before, after, origin)
    for entry in merge.credit_entries.all():
        text = f"corrected by {with_currency(entry.amount, entry.currency)}"
        yield Change("Credit", "the sum", text, f"typed by {who}")


def moved(members: Sequence[MergeMember]) -> list[Moved]:
    member_of = {pk: member for member in members for pk in member.records}
    records = SourceRecord.objects.filter(pk__in=member_of).select_related("data_source", "customer", "origin")
    of = totals(list(member_of))
    return [Moved(record, member_of[record.pk], of[record.pk]) for record in records.order_by("pk")]


def moved_rows(merge: Merge, members: Sequence[MergeMember]) -> tuple[Move, ...]:
    """What the records had when they moved, by kind."""
    records = SourceRecord.objects.filter(pk__in=[pk for member in members for pk in member.records])
    counted = tallies(kinds(), records, at__lte=merge.created)
    of = {m.duplicate_id: together(counted.get(pk, ()) for pk in m.records) for m in members}
    return moves(of)


def warnings(merge: Merge) -> list[Notice]:
    return [Notice(*notice) for notice in merge.warnings]
