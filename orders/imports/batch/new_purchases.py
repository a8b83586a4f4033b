"""The purchases of a row, not saved yet, with their primary keys: subscriptions, and those that its order begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from customers.models import DataSource
from customers.statements.unsaved import unsaved
from orders.imports.batch.choose_record import ChosenRecord
from orders.imports.batch.ids import Ids
from orders.imports.batch.new_order import NewOrder
from orders.imports.rows.imported_row import ImportedRow, IncomingSubscription
from orders.intake.order import IncomingLine, IncomingPurchase
from orders.models import COUNTED, ENDED, Order, OrderItem, Product, Purchase
from orders.revenue.counted import count_new
from orders.subscriptions.begin import purchases_to_begin

LONGEST_SKU = 60


def purchases_of(new: NewOrder, *, ids: Ids) -> tuple[list[Purchase], Sequence[int | None]]:
    """The purchases that begin with the order, and for each of its lines the key of the one that it bills."""
    if not new.incoming.begins_purchases:
        return [], [None] * len(new.incoming.lines)
    order = new.row
    items = [_item(order, line) for line in new.incoming.lines]
    begun = purchases_to_begin(order, items) if order.status in COUNTED else []
    purchases = [_named(order, incoming) for incoming in new.incoming.purchases] + [purchase for _, purchase in begun]
    for purchase in purchases:
        purchase.pk = ids.next(Purchase)
    of_item = {id(item): purchase.pk for item, purchase in begun}
    return purchases, [of_item.get(id(item)) for item in items]


def _item(order: Order, line: IncomingLine) -> OrderItem:
    values = {**vars(line)}
    product = values.pop("product")
    item = unsaved(OrderItem, order_id=order.pk, **values)
    item.product = product
    return item


def _named(order: Order, incoming: IncomingPurchase) -> Purchase:
    about = {"source_record": order.source_record, "order": order, "at": order.at, "currency": order.currency}
    return count_new(Purchase(**about, **vars(incoming)))


def new_purchase(
    incoming: IncomingSubscription, choice: ChosenRecord, product: Product, *, ids: Ids, now: datetime
) -> Purchase:
    has_ended = incoming.status in ENDED
    ends_later = incoming.ends is not None and incoming.ends > now and not has_ended
    purchase = Purchase(
        pk=ids.next(Purchase),
        source_record=choice.record.row,
        product=product,
        external_id=incoming.external_id,
        quantity=incoming.quantity,
        status=incoming.status,
        price=incoming.price,
        currency=incoming.currency,
        at=incoming.started or now,
        next_bill_date=incoming.next_bill.date() if incoming.next_bill and not has_ended else None,
        cancelled_at=(incoming.ends or now) if has_ended else None,
        cancels_on=incoming.ends.date() if ends_later and incoming.ends else None,
    )
    return count_new(purchase)


class Products:
    """What the subscriptions of a chunk are for: known by sku, or by name in the data source; else a new product."""

    def __init__(self, rows: Sequence[ImportedRow], source: DataSource, *, ids: Ids) -> None:
        self._source, self._ids = source, ids
        self.added: list[Product] = []
        sold = [row.subscription for row in rows if row.subscription]
        skus, names = {s.sku for s in sold if s.sku}, {s.product for s in sold}
        known = Product.objects.filter(Q(sku__in=skus) | Q(data_source=source, name__in=names)) if sold else ()
        self._products: dict[tuple[object, ...], Product] = {}
        self._add(sorted(known, key=lambda product: -product.pk))

    def _add(self, products: Iterable[Product]) -> None:
        for product in products:
            self._products[("sku", product.sku)] = product
            if product.data_source_id == self._source.pk:
                self._products[(product.name, product.interval_count, product.interval_unit)] = product

    def product_of(self, sold: IncomingSubscription) -> Product:
        interval = (sold.interval_count, sold.interval_unit) if sold.interval_count else (None, "")
        named = (sold.product, *interval)
        if known := self._products.get(("sku", sold.sku)) or self._products.get(named):
            return known
        product = Product(
            pk=self._ids.next(Product),
            data_source=self._source,
            name=sold.product,
            interval_count=interval[0],
            interval_unit=interval[1],
        )
        product.sku = sold.sku if 0 < len(sold.sku) <= LONGEST_SKU else product.uuid
        self.added.append(product)
        self._add([product])
        return product
