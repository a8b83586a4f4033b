"""Who goes by the history of all customers, such as the order of the worklist, and how far each has read it.

An act writes its history in its transaction, so whatever happened to a customer is found by its entries, and no act has
to tell anybody. A reader goes no further than the horizon (docs/decisions/0031), and reads what is beyond it again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from customers.models import HistoryEntry, HistoryKind, HistoryReader
from customers.records.horizon import CLOCKS_DIFFER, horizon

MOST_ENTRIES = 500

ABOUT_DUPLICATES = (
    *(HistoryKind.EDIT, HistoryKind.MERGE, HistoryKind.UNDO, HistoryKind.SPLIT),
    *(HistoryKind.DISMISSAL, HistoryKind.RELATION, HistoryKind.MATCH),
)
"""What may make of two customers possible duplicates or not, beside a value that becomes shared."""


@dataclass(frozen=True)
class Changes:
    """The customers about whom something was written since; `read_to` is how far, with which a reader goes on."""

    customers: frozenset[int]
    since: datetime
    read_to: datetime


def changes_for(reader: str, kinds: Collection[str]) -> Changes:
    """What the reader has not read; nothing the first time, from when on it reads. Not to be called in a snapshot."""
    end = horizon()
    now = end - CLOCKS_DIFFER if end else timezone.now()
    place, is_new = HistoryReader.objects.get_or_create(name=reader, defaults={"read_to": now})
    if is_new:
        return Changes(frozenset(), now, now)
    entries = HistoryEntry.objects.filter(at__gt=place.read_to, kind__in=kinds).order_by("at", "pk")
    rows = list(entries.values_list("source_record__customer", "at")[:MOST_ENTRIES])
    customers = {customer for customer, _ in rows}
    last = rows[-1][1] if rows else place.read_to
    is_behind = len(rows) == MOST_ENTRIES
    if is_behind:
        customers.update(entries.filter(at=last).values_list("source_record__customer", flat=True))
    # On SQLite they appear in the order of their times, so none comes before the last.
    read_to = min(last, now) if is_behind or not end else now
    return Changes(frozenset(customers), place.read_to, max(read_to, place.read_to))


def keep_place(reader: str, changes: Changes) -> None:
    HistoryReader.objects.filter(name=reader).update(read_to=changes.read_to)
