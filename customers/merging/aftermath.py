"""What became of a merge: each part that was taken back, and what was done later to whom and what it had joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from customers.lib.phrases import isolated, join_words
from customers.models import HistoryEntry, HistoryKind, Merge, MergeMember, SourceRecord

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST = 50


@dataclass(frozen=True)
class Event:
    """`merge` is the other merge that it tells of, if it does."""

    at: datetime
    by: User | None
    text: str
    merge: Merge | None = None


def events_since(merge: Merge, members: Sequence[MergeMember], records: Collection[SourceRecord]) -> list[Event]:
    """Oldest first. `records` are those that moved."""
    later = _later_members(merge, members)
    who = undone_by([*members, *later])
    events = [
        *_taken_back(members, who),
        *_split_off(merge, records),
        *(event for member in later for event in _of_later(member, who)),
    ]
    return sorted(events, key=lambda event: event.at)[:MOST]


def _later_members(merge: Merge, members: Sequence[MergeMember]) -> list[MergeMember]:
    """Where those who took part went with later merges."""
    people = [merge.survivor_id, *(member.duplicate_id for member in members)]
    found = MergeMember.objects.filter(duplicate__in=people, merge__created__gte=merge.created).exclude(merge=merge)
    return list(
        found.select_related("merge__by", "merge__survivor", "duplicate").order_by("merge__created", "pk")[:MOST]
    )


def undone_by(members: Collection[MergeMember]) -> dict[int, User | None]:
    """{part of a merge: who took it back}, as its customer's history says; None where nobody did."""
    entries = HistoryEntry.objects.filter(
        source_record__origin__in={member.duplicate_id for member in members},
        kind=HistoryKind.UNDO,
        merge__in={member.merge_id for member in members},
    )
    rows = entries.select_related("by", "source_record")
    said = {(entry.merge_id, entry.source_record.origin_id): entry.by for entry in rows}
    return {member.pk: said.get((member.merge_id, member.duplicate_id)) for member in members}


def not_duplicate_by(members: Collection[MergeMember]) -> dict[int, str]:
    """{merge: who took back those of `members` that were}; no question where none was."""
    back = [member for member in members if member.undone_at]
    who = undone_by(back) if back else {}
    people: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for member in back:
        people[member.merge_id][str(who[member.pk] or "API client")] = None
    return {merge: join_words(list(names)) for merge, names in people.items()}


def _taken_back(members: Sequence[MergeMember], who: dict[int, User | None]) -> Iterator[Event]:
    for member in members:
        if member.undone_at:
            yield Event(member.undone_at, who[member.pk], f"{member.duplicate.numbered} was restored.")


def _split_off(merge: Merge, records: Collection[SourceRecord]) -> Iterator[Event]:
    """A record whose origin is younger than the merge, and says so, was given a customer of its own since."""
    younger = {record.origin_id: record for record in records if record.origin.created > merge.created}
    said = HistoryEntry.objects.filter(source_record__origin__in=younger, kind=HistoryKind.SPLIT)
    # The first that a customer says of a split is of its own beginning; later ones are of records that left it.
    by = {e.source_record.origin_id: e.by for e in said.select_related("by", "source_record").order_by("-at", "-pk")}
    for origin, user in by.items():
        record = younger[origin]
        yield Event(record.origin.created, user, f"{isolated(record)} was split off as {record.origin.numbered}.")


def _of_later(member: MergeMember, who: dict[int, User | None]) -> Iterator[Event]:
    merge = member.merge
    text = f"{member.duplicate.numbered} was merged into {merge.survivor.numbered}."
    yield Event(merge.created, merge.by, text, merge)
    if member.undone_at:
        text = f"{member.duplicate.numbered} was restored from {merge.survivor.numbered}."
        yield Event(member.undone_at, who[member.pk], text, merge)
