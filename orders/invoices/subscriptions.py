"""The subscriptions that invoice lines bill: the record's purchases with their external ids, or new ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from customers.models import EventKind
from customers.statements.prepared import insert
from orders import events
from orders.invoices.incoming import IncomingInvoiceLine
from orders.models import Order, Purchase
from orders.revenue.ledger import cancellations
from orders.subscriptions.derive import refresh_purchases, set_cancellations
from orders.totals.deltas import Delta

Key = tuple[int, str]


class BilledPurchases:
    """The purchases that `billed` lines bill. Call `save` after the orders and before the items are saved."""

    def __init__(self, billed: Sequence[tuple[Order, IncomingInvoiceLine]]) -> None:
        lines = [(order, line) for order, line in billed if line.bills_subscription]
        self.stored = _stored({order.source_record_id for order, _ in lines}, {line.subscription for _, line in lines})
        self.new: dict[Key, Purchase] = {}
        self.cancellations: dict[Key, list[datetime]] = {}
        for order, line in lines:
            key = order.source_record_id, line.subscription
            if key not in self.stored and key not in self.new:
                self.new[key] = _new_purchase(order, line)
            if line.subscription_set:
                (self.stored.get(key) or self.new[key]).set_external_id = line.subscription_set
            if line.cancelled_at:
                self.cancellations.setdefault(key, []).append(line.cancelled_at)

    def is_stored(self, order: Order, line: IncomingInvoiceLine) -> bool:
        return (order.source_record_id, line.subscription) in self.stored

    def of(self, order: Order, line: IncomingInvoiceLine) -> Purchase | None:
        if not line.bills_subscription:
            return None
        key = order.source_record_id, line.subscription
        return self.stored.get(key) or self.new[key]

    def save(self) -> None:
        purchases = self.stored | self.new
        for key, times in self.cancellations.items():
            set_cancellations(purchases[key], [*cancellations(purchases[key]), *times])
        new = [*self.new.values()]
        Purchase.objects.bulk_create(new)
        insert(*events.about_each(new, EventKind.SUBSCRIPTION_CREATED))
        from_lines = ("set_external_id", "cancelled_at", "past_cancellations")
        Purchase.objects.bulk_update(self.stored.values(), from_lines)

    @property
    def new_ids(self) -> set[int]:
        return {purchase.pk for purchase in self.new.values()}

    def refresh(self) -> list[Delta]:
        return refresh_purchases([*self.stored.values(), *self.new.values()], new=self.new_ids)


def _stored(records: Collection[int], external_ids: Collection[str]) -> dict[Key, Purchase]:
    purchases = Purchase.objects.filter(source_record__in=records, external_id__in=external_ids).order_by("-pk")
    return {(purchase.source_record_id, purchase.external_id): purchase for purchase in purchases}


def _new_purchase(order: Order, line: IncomingInvoiceLine) -> Purchase:
    return Purchase(
        source_record=order.source_record,
        order=order,
        product=line.product,
        at=line.service_from or order.at,
        external_id=line.subscription,
        set_external_id=line.subscription_set,
        quantity=line.quantity,
        price=max(line.amount, Decimal(0)),
        currency=order.currency,
    )
