"""The unsaved events that programs are told of orders and purchases; who writes the rows inserts them with these.

An order that comes in locks nobody, so its event may name a customer that was merged at the same moment. Its source
record says whose it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from django.db.models import prefetch_related_objects

from customers.models import Event, EventKind
from customers.statements.unsaved import unsaved
from orders.models import Order, Purchase


class NamedOrder(Protocol):
    """An order, or one that is about to be written."""

    @property
    def number(self) -> str: ...
    @property
    def uuid(self) -> str: ...
    @property
    def source_record_id(self) -> int: ...


def about(row: Order | Purchase, kind: EventKind) -> Event:
    if isinstance(row, Order):
        data = named_order(row)
    else:
        data = {"subscription": row.uuid, "purchase": str(row.pk), "source_record": row.source_record_id}
    return unsaved(Event, kind=kind, customer=row.source_record.customer_id, data=data)


def named_order(row: NamedOrder) -> dict[str, object]:
    return {"order": row.number, "invoice": row.uuid, "source_record": row.source_record_id}


def about_each(rows: Collection[Order] | Collection[Purchase], kind: EventKind) -> list[Event]:
    prefetch_related_objects([*rows], "source_record")
    return [about(row, kind) for row in rows]
