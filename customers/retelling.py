"""Merges as they are read afterwards: who, what changed, which source records moved and where they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.changes import Change
from customers.fields import FIELDS, Kind
from customers.holdings import Totals, tallies, together, totals
from customers.models import Customer, Merge, MergeMember, SourceRecord
from customers.money import shown
from customers.moving import Move, kinds, moves
from customers.newest import Cursor
from customers.notices import Notice
from customers.owners import families
from customers.values import as_text

PAGE = 25


@dataclass(frozen=True)
class Line:
    """A merge in the list; `orders` are those of the records that moved, as many as they have now."""

    merge: Merge
    duplicates: list[Customer]
    orders: int


@dataclass(frozen=True)
class Moved:
    """A source record that moved, with whom it came and what it has."""

    record: SourceRecord
    member: MergeMember
    totals: Totals


def merges(
    *, of: int | None = None, via: str = "", stands: bool | None = None, before: Cursor | None = None
) -> QuerySet[Merge]:
    """Newest first; `of` a customer are those of everybody who is part of them now."""
    found = Merge.objects.select_related("survivor", "by", "undone_by").order_by("-created", "-pk")
    if via:
        found = found.filter(via=via)
    if stands is not None:
        found = found.filter(undone_at__isnull=stands)
    if of is not None:
        family = families([of])
        takes_part = MergeMember.objects.filter(duplicate__in=family).values("merge")
        found = found.filter(Q(survivor__in=family) | Q(pk__in=takes_part))
    if before:
        found = found.filter(Q(created__lte=before.at) & (Q(created__lt=before.at) | Q(pk__lt=before.pk)))
    return found


def lines(found: Sequence[Merge]) -> list[Line]:
    members: dict[int, list[MergeMember]] = {merge.pk: [] for merge in found}
    for member in MergeMember.objects.filter(merge__in=members).select_related("duplicate").order_by("duplicate"):
        members[member.merge_id].append(member)
    of = totals([record for some in members.values() for member in some for record in member.records])
    return [
        Line(
            merge,
            [member.duplicate for member in members[merge.pk]],
            sum(of[record].orders for member in members[merge.pk] for record in member.records),
        )
        for merge in found
    ]


def changes(merge: Merge) -> Iterator[Change]:
    """The values that the merge wrote, and the credit that it corrected."""
    who = str(merge.by or "a program")
    names = {member.duplicate_id: member.duplicate.numbered for member in merge.members.select_related("duplicate")}
    written = {key: value for change in merge.changes.all() for key, value in change.values.items()}
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
        text = f"corrected by {shown(entry.amount, entry.currency)} {entry.currency}"
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
