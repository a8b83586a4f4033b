"""Which subscriptions the lines of invoices bill: those that the record has by that id, or new ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from orders.invoices.schema import InvoiceLine
from orders.models import Order, Purchase
from orders.revenue.ledger import cancellations
from orders.subscriptions.derive import refresh_purchases, set_cancellations
from orders.totals.deltas import Delta

Known = tuple[int, str]


class BilledPurchases:
    """The purchases that lines bill, by record and id; new ones are saved between orders and items."""

    def __init__(self, billed: Sequence[tuple[Order, InvoiceLine]]) -> None:
        lines = [(order, line) for order, line in billed if line.bills_subscription]
        self.before = _known({order.source_record_id for order, _ in lines}, {line.subscription for _, line in lines})
        self.new: dict[Known, Purchase] = {}
        self.cancelled: dict[Known, list[datetime]] = {}
        for order, line in lines:
            key = order.source_record_id, line.subscription
            if key not in self.before and key not in self.new:
                self.new[key] = _begun(order, line)
            if line.subscription_set:
                (self.before.get(key) or self.new[key]).set_external_id = line.subscription_set
            if line.cancelled_at:
                self.cancelled.setdefault(key, []).append(line.cancelled_at)

    def is_known(self, order: Order, line: InvoiceLine) -> bool:
        return (order.source_record_id, line.subscription) in self.before

    def of(self, order: Order, line: InvoiceLine) -> Purchase | None:
        """The one that `line` bills; None of a line that bills none."""
        if not line.bills_subscription:
            return None
        key = order.source_record_id, line.subscription
        return self.before.get(key) or self.new[key]

    def save(self) -> None:
        """The new ones, and what lines say of any."""
        every = self.before | self.new
        for key, times in self.cancelled.items():
            set_cancellations(every[key], [*cancellations(every[key]), *times])
        Purchase.objects.bulk_create(self.new.values())
        said = ("set_external_id", "cancelled_at", "past_cancellations")
        Purchase.objects.bulk_update(self.before.values(), said)

    @property
    def begun(self) -> set[int]:
        return {each.pk for each in self.new.values()}

    def refresh(self) -> list[Delta]:
        """Let them follow from their lines, saved by now; what that adds to the totals."""
        return refresh_purchases([*self.before.values(), *self.new.values()], new=self.begun)


def _known(records: Collection[int], names: Collection[str]) -> dict[Known, Purchase]:
    """The oldest of each id."""
    found = Purchase.objects.filter(source_record__in=records, external_id__in=names).order_by("-pk")
    return {(each.source_record_id, each.external_id): each for each in found}


def _begun(order: Order, line: InvoiceLine) -> Purchase:
    return Purchase(
        source_record_id=order.source_record_id,
        order=order,
        product=line.product,
        at=line.service_from or order.at,
        external_id=line.subscription,
        set_external_id=line.subscription_set,
        quantity=line.quantity,
        price=max(line.amount, Decimal(0)),
        currency=order.currency,
    )
