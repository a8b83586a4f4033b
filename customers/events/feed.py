"""The events in order, for programs that read on: none is missed, and none comes twice.

An event has the time of the statement that wrote it and appears when its transaction is committed, so a later one may
appear before it. Therefore events are read up to the horizon only (`customers/records/horizon.py`), before which
nothing new can appear: whoever goes on behind the last event has seen all before it. On SQLite, which has one writer at
a time, they appear in the order of their times.

Two events about one customer have the order of their acts, because an act keeps the lock of its customers from before
its event until the event has appeared. Only an order that comes in locks nobody; whose it is, its source record says.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import chain

from django.utils import timezone

from customers.lib.pages import Cursor, compared_to
from customers.models import Event
from customers.records.horizon import LONGEST_WRITE, horizon
from customers.records.ownership import merged_into_any


def events_after(cursor: Cursor | None, limit: int) -> list[Event]:
    """At most `limit` events after `cursor`, oldest first; None is the beginning. Not to be called in a snapshot."""
    return events_before(horizon(), limit, after=cursor)


def events_before(
    until: datetime | None,
    limit: int,
    *,
    after: Cursor | None = None,
    kinds: Collection[str] = (),
    customer: int | None = None,
) -> list[Event]:
    """The first events before the horizon `until`, which was read before: all, or of some kinds, or about one customer.

    About a customer are also the events of those that were merged into it.
    """
    events = Event.objects.filter(at__lt=until) if until else Event.objects.all()
    events = events.filter(compared_to(after, "gt"))
    if customer is not None:
        events = events.filter(customer__in=merged_into_any([customer]))
    # Each kind by itself, through its index: as one query SQLite would read all events to find those of rare kinds.
    parts = [events.filter(kind=kind) for kind in {*kinds}] if kinds else [events]
    rows = (part.order_by("at", "pk")[:limit] for part in parts)
    return sorted(chain(*rows), key=Cursor.of)[:limit]


def end_of(events_until: datetime | None, last: Cursor | None) -> Cursor:
    """Where to read on after all events until then: `last`, or where nothing new can appear before.

    So who reads on regularly is never further behind than what is kept, however little happens.
    """
    reached = Cursor(events_until or timezone.now() - LONGEST_WRITE, 0)
    return max(reached, last or reached)
