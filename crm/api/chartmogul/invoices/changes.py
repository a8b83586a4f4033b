"""Invoices by their latest change, for programs that keep a copy: also those that were deleted.

An invoice changes when it is written, and when its record moves to another customer. Each kind of change is read from
an index, and all are put in one order by a time and a number, which is negative for an invoice that was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q

from crm.api.chartmogul.invoices.responses import WITH_DISABLED, reload_invoices, serialize_invoice
from crm.api.chartmogul.paging import CursorQuery, cursor_to_grow, place_of
from crm.api.chartmogul.times import format_time
from customers.lib.pages import Cursor, compared_to
from customers.models import DeletedRow
from customers.records.horizon import CLOCKS_DIFFER
from customers.records.source_records import BEFORE_ALL
from orders.models import Order

BEGINNING = Cursor(BEFORE_ALL, 0)


class InvoiceChange(NamedTuple):
    at: datetime
    number: int
    uuid: str

    @property
    def is_deletion(self) -> bool:
        return self.number < 0


def change_page(query: CursorQuery, horizon: datetime | None) -> dict[str, Any]:
    after = place_of(query)
    changes = sorted({*_written(after, query.per_page + 1), *_deleted(after, query.per_page + 1)})
    shown, has_more = changes[: query.per_page], len(changes) > query.per_page
    last = Cursor(shown[-1].at, shown[-1].number) if shown else None
    # Orders have the time of the application.
    complete = horizon and horizon - CLOCKS_DIFFER
    cursor = cursor_to_grow(query, last, complete, has_more=has_more)
    return {"entries": _serialize(shown), "cursor": cursor, "has_more": has_more}


def _written(after: Cursor | None, limit: int) -> Iterator[InvoiceChange]:
    for by in ("updated", "source_record__moved_at"):
        # Also from the beginning by a comparison: for "is not null" SQLite would sort all orders.
        orders = Order.objects.invoices().filter(compared_to(after or BEGINNING, "gt", by=by))
        for at, number, uuid in orders.order_by(by, "pk").values_list(by, "pk", "uuid")[:limit]:
            yield InvoiceChange(at, number, uuid)


def _deleted(after: Cursor | None, limit: int) -> Iterator[InvoiceChange]:
    rows = DeletedRow.objects.filter(kind=Order.known_as[0]).exclude(uuid="")
    if after:
        rows = rows.filter(Q(at__gte=after.at) & (Q(at__gt=after.at) | Q(pk__lt=-after.pk)))
    for at, number, uuid in rows.order_by("at", "-pk").values_list("at", -F("pk"), "uuid")[:limit]:
        yield InvoiceChange(at, number, uuid)


def _serialize(changes: Sequence[InvoiceChange]) -> list[dict[str, Any]]:
    numbers = {change.number for change in changes if not change.is_deletion}
    invoices = {order.uuid: order for order in reload_invoices([Order(pk=number) for number in numbers])}
    return [
        {
            "uuid": change.uuid,
            "updated_at": format_time(change.at),
            "deleted_at": format_time(change.at) if change.is_deletion else None,
            "invoice": serialize_invoice(invoices[change.uuid], WITH_DISABLED) if change.uuid in invoices else None,
        }
        for change in changes
    ]
