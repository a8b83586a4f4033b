"""The orders that a chunk of an import adds, with lines, history and events, as columns of their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from customers.models import Event, EventKind
from customers.records import history
from customers.statements.bulk import Rows, copies
from customers.statements.unsaved import unsaved
from orders import events as order_events
from orders import history as order_history
from orders.imports.batch.new_order import NewOrder
from orders.intake.take import columns
from orders.models import Import, Order, OrderItem

NAMES = ("id", "uuid", "number", "source_record_id")
OF_ENTRY = ("source_record_id", "at", "kind", "sentence", "values", "order_number")


class _AddedOrder(NamedTuple):
    """`purchases` are the keys of those that its lines bill; `is_new` says that its customer is new."""

    order: NewOrder
    purchases: Sequence[int | None]
    is_new: bool


class NewOrders:
    def __init__(self, imported: Import, source: int) -> None:
        self._by, self._source = imported.by, source
        self._added: list[_AddedOrder] = []

    def add(self, order: NewOrder, purchases: Sequence[int | None], *, is_new: bool) -> None:
        self._added.append(_AddedOrder(order, purchases, is_new))

    def tables(self) -> Iterator[Rows]:
        if self._added:
            yield self._orders()
            yield from self._lines()
            yield self._history()
            yield self._events()

    def _orders(self) -> Rows:
        # An ID that was not sent is left out of the columns of an order. A file names no campaign.
        sent = sorted({*columns(self._added[0].order.incoming), "external_id", "client_order_id"} - {"campaign"})
        rows = (
            (order.pk, order.uuid, order.number, order.source_record_id, *map(columns(order.incoming).get, sent))
            for order, _, _ in self._added
        )
        return copies(unsaved(Order, data_source_id=self._source), [*NAMES, *sent], rows)

    def _lines(self) -> Iterator[Rows]:
        lines = [
            (order.pk, purchase, line)
            for order, purchases, _ in self._added
            for line, purchase in zip(order.incoming.lines, purchases, strict=True)
        ]
        if not lines:
            return
        sent = sorted(vars(lines[0][2]).keys() - {"product"})
        values_of = itemgetter(*sent)
        rows = (
            (order, purchase, line.product and line.product.pk, *values_of(vars(line)))
            for order, purchase, line in lines
        )
        yield copies(unsaved(OrderItem), ["order_id", "purchase_id", "product_id", *sent], rows)

    def _history(self) -> Rows:
        """What `order_history.placed` says of each."""
        return copies(history.entry(0, "", "", by=self._by), OF_ENTRY, self._entries())

    def _entries(self) -> Iterator[Sequence[Any]]:
        for order, _, is_new in self._added:
            for kind, sentence, values in order_history.said_of_placed(order, is_new=is_new):
                number = order.number if "order" in values else ""
                yield order.source_record_id, order.at, kind, sentence, values, number

    def _events(self) -> Rows:
        event = unsaved(Event, kind=EventKind.ORDER_CREATED)
        rows = ((order.record.customer.pk, order_events.named_order(order)) for order, _, _ in self._added)
        return copies(event, ["customer", "data"], rows)
