"""What was done to one order or one purchase, as sentences of history.

They stand on the row's own source record, so that they go wherever the row goes, and begin with its name, by which
they are found again: among the newest of the record, since no index leads to a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from customers.models import HistoryEntry, HistoryKind
from orders.models import Order, Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_SHOWN, MOST_READ = 50, 500


def write(row: Order | Purchase, what: str, *, by: User | None) -> None:
    """That `what` was done: a sentence that follows the name of the row."""
    HistoryEntry.objects.create(
        source_record_id=row.source_record_id, kind=_kind(row), text=f"{_name(row)}: {what}", by=by
    )


def of(row: Order | Purchase) -> QuerySet[HistoryEntry]:
    """The newest of what was done to `row`."""
    of_kind = HistoryEntry.objects.filter(source_record=row.source_record_id, kind=_kind(row))
    newest = of_kind.order_by("-at", "-pk").values("pk")[:MOST_READ]
    mine = HistoryEntry.objects.filter(pk__in=newest, text__startswith=_beginning(row))
    return mine.select_related("by").order_by("-at", "-pk")[:MOST_SHOWN]


def _kind(row: Order | Purchase) -> HistoryKind:
    return HistoryKind.PAYMENT if isinstance(row, Order) else HistoryKind.PURCHASE


def _name(row: Order | Purchase) -> str:
    return f"Order {row.number}" if isinstance(row, Order) else f"Purchase {row.pk}, {row.product}"


def _beginning(row: Order | Purchase) -> str:
    """What of the name never changes, as a product's own may."""
    return f"Order {row.number}: " if isinstance(row, Order) else f"Purchase {row.pk}, "
