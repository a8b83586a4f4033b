"""Orders and purchases that the rows of a chunk may repeat: of the same data source, with the same id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter

from django.db.models import Q

from customers.models import DataSource
from orders.imports.batch.differences import refusal_of
from orders.imports.batch.new_order import NewOrder
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.idempotency import RepeatedRequestError
from orders.intake.order import IncomingOrder
from orders.intake.take import ids_of, names_of_order
from orders.models import ErasedId, Order, Purchase

ID_FIELDS = ("external_id", "client_order_id")


class KnownOrders:
    def __init__(self, rows: Sequence[ImportedRow], source: DataSource) -> None:
        orders = [row.order for row in rows if row.order]
        self._orders: dict[tuple[str, str], Order | NewOrder] = {}
        self._erased = ErasedId.among(name for order in orders for name in names_of_order(order))
        self._read_orders(orders, source)
        self._purchases = _purchases_among(
            {row.subscription.external_id for row in rows if row.subscription and row.subscription.external_id}, source
        )

    def _read_orders(self, orders: Collection[IncomingOrder], source: DataSource) -> None:
        sent = {name: {value for order in orders if (value := getattr(order, name))} for name in ID_FIELDS}
        known = Q(*((f"{name}__among", values) for name, values in sent.items() if values), _connector=Q.OR)
        if known:
            for order in Order.objects.filter(known, data_source=source).order_by("-pk"):
                self._add(order, order)

    def add(self, order: NewOrder) -> None:
        self._add(order, order.incoming)

    def _add(self, order: Order | NewOrder, sent: Order | IncomingOrder) -> None:
        for name in ID_FIELDS:
            if value := getattr(sent, name):
                self._orders[name, value] = order

    def sent_before(self, incoming: IncomingOrder) -> Order | None:
        """The order that the row repeats; RepeatedRequestError if it says something else, or was erased."""
        same = [self._orders[sent] for sent in ids_of(incoming).items() if sent in self._orders]
        if same:
            first = min(same, key=attrgetter("pk"))
            order = first.row if isinstance(first, NewOrder) else first
            if refusal := refusal_of(order, incoming):
                raise RepeatedRequestError(refusal)
            return order
        if self._erased and not self._erased.isdisjoint(names_of_order(incoming)):
            raise RepeatedRequestError("This order was erased with its customer. Nothing was done.")
        return None

    @property
    def records(self) -> set[int]:
        """Of those that were stored before."""
        return {row.source_record_id for row in (*self._orders.values(), *self._purchases.values())}

    def purchase_of(self, external_id: str) -> Purchase | None:
        return self._purchases.get(external_id)

    def add_purchase(self, purchase: Purchase) -> None:
        if purchase.external_id:
            self._purchases[purchase.external_id] = purchase


def _purchases_among(ids: Collection[str], source: DataSource) -> dict[str, Purchase]:
    if not ids:
        return {}
    purchases = Purchase.objects.filter(external_id__among=ids, source_record__data_source=source)
    purchases = purchases.select_related("product")
    return {purchase.external_id: purchase for purchase in purchases.order_by("-pk")}
