"""The history of a customer with the notes among it, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from django.db.models import QuerySet

from customers.lib.pages import Cursor
from customers.models import Customer, HistoryEntry, HistoryKind, Note
from customers.models.history import OF_ORDERS
from customers.records.newest import newest
from customers.statements.prepared import Slot

NOTE = "note"
KINDS = (*HistoryKind.choices, (NOTE, "Note"))
MOST_MOMENTS = 8
HIGHEST = 2**63 - 1

TimelineEntry = HistoryEntry | Note


@dataclass(frozen=True)
class TimelineCursor:
    """The last entry of the previous page. Of entries with the same time, notes come first."""

    cursor: Cursor
    is_note: bool

    def __str__(self) -> str:
        return f"{NOTE}_{self.cursor}" if self.is_note else str(self.cursor)

    @classmethod
    def parse(cls, text: str) -> TimelineCursor | None:
        """None if no cursor has this text."""
        cursor = Cursor.parse(text.removeprefix(f"{NOTE}_"))
        return cls(cursor, text.startswith(f"{NOTE}_")) if cursor else None

    @classmethod
    def at(cls, entry: TimelineEntry) -> TimelineCursor:
        return cls(Cursor.of(entry), isinstance(entry, Note))

    @property
    def of_entries(self) -> Cursor:
        return Cursor(self.cursor.at, HIGHEST) if self.is_note else self.cursor

    @property
    def of_notes(self) -> Cursor:
        return self.cursor if self.is_note else Cursor(self.cursor.at, 0)


def timeline_entries(
    customer: Customer,
    *,
    before: TimelineCursor | None = None,
    limit: int = MOST_MOMENTS,
    source: int | None = None,
    kind: str = "",
    with_orders: bool,
) -> list[TimelineEntry]:
    parts: list[Iterable[TimelineEntry]] = []
    after = before.of_entries if before else None
    for filters in _filters(kind, with_orders=with_orders):
        entries = newest(HistoryEntry, customer, before=after, limit=limit, source=source, **filters)
        parts.append(entries.select_related("by", "merge"))
    if kind in ("", NOTE):
        after = before.of_notes if before else None
        notes = newest(Note, customer, before=after, limit=limit, source=source)
        parts.append(notes.select_related("by", "contact"))
    return sorted(chain(*parts), key=_when, reverse=True)[:limit]


def newest_of_timeline(*, with_orders: bool) -> dict[str, Callable[[Slot], QuerySet[Any]]]:
    """Queries, {name: of a customer}, whose rows make the first page, by `newest_among`."""
    queries: dict[str, Callable[[Slot], QuerySet[Any]]] = {
        f"history {filters.get('kind', '')}".strip(): partial(_newest_history, filters=filters)
        for filters in _filters("", with_orders=with_orders)
    }
    return queries | {"history notes": _newest_notes}


def _newest_history(customer: Slot, filters: dict[str, Any]) -> QuerySet[HistoryEntry]:
    return newest(HistoryEntry, customer, limit=MOST_MOMENTS, **filters).select_related("by", "merge")


def _newest_notes(customer: Slot) -> QuerySet[Note]:
    return newest(Note, customer, limit=MOST_MOMENTS).select_related("by", "contact")


def newest_among(*rows: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    return sorted(chain(*rows), key=_when, reverse=True)[:MOST_MOMENTS]


def _filters(kind: str, *, with_orders: bool) -> list[dict[str, str]]:
    """The filters of each query: without orders there is one for each other kind, which has an index."""
    if with_orders and not kind:
        return [{}]
    kinds = [kind] if kind else HistoryKind.values
    return [{"kind": name} for name in kinds if name != NOTE and (with_orders or name not in OF_ORDERS)]


def _when(entry: TimelineEntry) -> tuple[object, bool, int]:
    return entry.at, isinstance(entry, Note), entry.pk
