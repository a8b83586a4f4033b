"""Who goes by the history of all customers, such as the order of the worklist, and how far each has read it.

An act writes its history in its transaction, so whatever happened to a customer is found by its entries, and no act has
to tell anybody. A reader reads a minute twice, because a transaction may commit that long after the time it wrote.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from customers.models import HistoryEntry, HistoryKind, HistoryReader

LATE = timedelta(minutes=1)
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
    """What the reader has not read; nothing the first time, from when on it reads."""
    now = timezone.now()
    place, is_new = HistoryReader.objects.get_or_create(name=reader, defaults={"read_to": now})
    if is_new:
        return Changes(frozenset(), now, now)
    entries = HistoryEntry.objects.filter(at__gt=place.read_to, kind__in=kinds).order_by("at", "pk")
    rows = list(entries.values_list("source_record__customer", "at")[:MOST_ENTRIES])
    is_behind = len(rows) == MOST_ENTRIES and rows[-1][1] > place.read_to
    read_to = rows[-1][1] if is_behind else max(now - LATE, place.read_to)
    return Changes(frozenset(customer for customer, _ in rows), place.read_to, read_to)


def keep_place(reader: str, changes: Changes) -> None:
    HistoryReader.objects.filter(name=reader).update(read_to=changes.read_to)
