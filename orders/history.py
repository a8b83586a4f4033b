"""The history of one order or one purchase.

Its entries are on the source record of the row, so that a merge, split or undo does not separate them. With an entry
goes the event that programs are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from django.db.models import QuerySet

from customers.lib import sentences
from customers.lib.sentences import Value
from customers.models import EventKind, HistoryEntry, HistoryKind
from customers.records import history
from customers.statements.prepared import insert
from orders import events
from orders.models import Order, OrderStatus, Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_SHOWN = 50


def write(
    row: Order | Purchase,
    sentence: str,
    /,
    *,
    by: User | None,
    event: EventKind | None = None,
    reason: str = "",
    **values: Value,
) -> None:
    """`sentence` names `row` as {order} or {purchase}. Programs are told the `event`, or else that it was updated."""
    if isinstance(row, Order):
        kind, name, value, updated = HistoryKind.PAYMENT, "order", order(row), EventKind.ORDER_UPDATED
    else:
        kind, name, value, updated = HistoryKind.PURCHASE, "purchase", purchase(row), EventKind.SUBSCRIPTION_UPDATED
    written = history.entry(row.source_record_id, kind, sentence, by=by, reason=reason, **{name: value}, **values)
    insert(written, events.about(row, event or updated))


def placed(orders: Collection[Order], *, is_new: bool = False, by: User | None) -> list[HistoryEntry]:
    """Unsaved entries for received orders or leads, at their own times; `is_new` says that their customer is new."""
    return [
        history.entry(row.source_record_id, kind, sentence, at=row.at, by=by, **values)
        for row in orders
        for kind, sentence, values in said_of_placed(row, is_new=is_new)
    ]


class ReceivedOrder(Protocol):
    """An order, or one that is about to be written."""

    @property
    def number(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


def said_of_placed(row: ReceivedOrder, *, is_new: bool) -> Iterator[tuple[HistoryKind, str, dict[str, Value]]]:
    """(kind, sentence, values) of its entries."""
    is_lead = row.status == OrderStatus.PARTIAL
    # Before the order and at its time, because the history of an imported customer begins there.
    if is_new:
        yield HistoryKind.CREATED, "Customer created as a lead." if is_lead else "Customer created with an order.", {}
    if is_lead:
        yield HistoryKind.ORDER, "Received lead {order}.", {"order": order(row)}
    else:
        amount = sentences.money(row.total, row.currency)
        yield HistoryKind.ORDER, "Placed order {order} of {amount}.", {"order": order(row), "amount": amount}


def order(row: ReceivedOrder) -> Value:
    return {"order": row.number}


def purchase(row: Purchase) -> Value:
    return {"purchase": row.pk, "name": str(row.product)}


def of(row: Order | Purchase) -> QuerySet[HistoryEntry]:
    """The newest entries about `row`, without the one that it was placed."""
    if isinstance(row, Order):
        entries = HistoryEntry.objects.filter(order_number=row.number, kind=HistoryKind.PAYMENT)
    else:
        kinds = (HistoryKind.PURCHASE, HistoryKind.PAYMENT)
        entries = HistoryEntry.objects.filter(purchase_id=row.pk, kind__in=kinds)
    return entries.select_related("by").order_by("-at", "-pk")[:MOST_SHOWN]
