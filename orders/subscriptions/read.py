"""Reading subscriptions: the orders that billed a purchase, and the current subscriptions of a customer.

A line of an invoice names the purchase that it bills. A line of a shop's order does not: there the orders of a purchase
are the recurring orders of the same record with the same product.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from customers.lib.pages import PAGE, Cursor
from customers.models import Customer, SourceRecord
from customers.records.newest import oldest
from orders.models import Order, OrderItem, OrderKind, Product, Purchase
from orders.models.subscription import NOT_COUNTED
from orders.revenue.ledger import Ledger, read_last_changes
from orders.revenue.mrr import SubscriptionMrr
from orders.revenue.types import Billed

MOST_SHOWN, MOST_READ = 25, 500


def orders_of_purchase(purchase: Purchase) -> list[Order]:
    """The newest orders that billed the purchase, newest first; the order that began it is always the last."""
    # No index leads from a product to its orders, so only the newest orders of the record are looked through.
    later = Order.objects.filter(source_record=purchase.source_record_id, at__gt=purchase.at)
    newest = later.order_by("-at", "-pk").values("pk")[:MOST_READ]
    same_product = OrderItem.objects.filter(order=OuterRef("pk"), product=purchase.product_id)
    billing = Order.objects.filter(Exists(same_product), pk__in=newest, kind=OrderKind.RECURRING)
    if purchase.items.exists():
        billing = Order.objects.filter(pk__in=purchase.items.values("order"))
    renewals = billing.order_by("-at", "-pk")[:MOST_SHOWN]
    first = purchase.order
    return [*(order for order in renewals if order != first), *filter(None, [first])]


@dataclass(frozen=True)
class CurrentSubscription:
    """A subscription as it is now: one purchase, or several connected ones.

    `plan` and `currency` are from the `last` purchase, which of several is the last that runs. `amount` is the MRR in
    minor units; after the end, the MRR at the end. `end` is when the subscription ended, or until when it is billed;
    None if unknown.
    """

    first: Purchase
    last: Purchase
    plan: Product
    currency: str
    amount: int
    is_active: bool
    end: datetime | None

    @property
    def yearly(self) -> int:
        return 12 * self.amount


def first_purchases(customer: Customer, *, after: Cursor | None = None, limit: int = PAGE) -> list[Purchase]:
    """Those with which a subscription begins, oldest first."""
    firsts: list[Purchase] = []
    while len(firsts) < limit:
        read = oldest(Purchase, customer, after=after, limit=limit)
        first_of = _firsts(customer, {purchase.connection for purchase in read if purchase.connection})
        firsts += [one for one in read if not one.connection or first_of.get(one.connection) == (one.at, one.pk)]
        if len(read) < limit:
            break
        after = Cursor.of(read[-1])
    return firsts[:limit]


def _firsts(customer: Customer, connections: Collection[str]) -> dict[str, tuple[datetime, int]]:
    """{connection: time and number of its first purchase}"""
    rows = connected(customer, connections).values_list("connection", "at", "pk")
    return {connection: (at, pk) for connection, at, pk in sorted(rows, reverse=True)}


def connected(customer: Customer, connections: Collection[str]) -> QuerySet[Purchase]:
    # An index leads to purchases that are not in the totals, as no connected one is.
    records = SourceRecord.objects.filter(customer=customer).values("pk")
    return Purchase.objects.filter(source_record__in=records, mrr_until=NOT_COUNTED, connection__in=connections)


def current_subscriptions(customer: Customer, firsts: Collection[Purchase]) -> list[CurrentSubscription]:
    """The subscriptions that begin with `firsts`, which are some of `first_purchases`."""
    connections = {purchase.connection for purchase in firsts if purchase.connection}
    members = {purchase.pk for purchase in firsts} | set(connected(customer, connections).values_list("pk", flat=True))
    ledger = read_last_changes(Purchase.objects.filter(pk__in=members))
    mrr_of = ledger.series(customer.pk).subscriptions
    return [
        _current(ledger.purchases[purchase.pk], mrr_of.get(purchase.connection or str(purchase.pk)), ledger)
        for purchase in firsts
    ]


def _current(first: Purchase, mrr: SubscriptionMrr | None, ledger: Ledger) -> CurrentSubscription:
    last = ledger.purchases[mrr.shown.pk] if mrr else first
    line = _last_line(last, ledger)
    currency = line.currency if line else last.currency
    is_active = mrr is not None and mrr.is_active
    amounts = {} if mrr is None else mrr.by_currency() if is_active else mrr.at_end
    billed_until = line.until if line and line.until > line.at else None
    return CurrentSubscription(
        first=first,
        last=last,
        plan=ledger.plans[line.plan] if line else last.product,
        currency=currency,
        amount=amounts.get(currency, 0),
        is_active=is_active,
        end=billed_until if is_active else (mrr and mrr.ended_at) or last.cancelled_at,
    )


def _last_line(purchase: Purchase, ledger: Ledger) -> Billed | None:
    changes = ledger.changes.get(purchase.source_record.customer_id, ())
    lines = [line for line in changes if isinstance(line, Billed) and line.subscription.pk == purchase.pk]
    whole_periods = [line for line in lines if not line.proration]
    return max(whole_periods or lines, key=lambda line: (line.at, line.order or 0, line.origin), default=None)
