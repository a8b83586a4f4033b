"""A customer's subscriptions as they stand: those that are connected are one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import Customer
from orders.models import Product, Purchase
from orders.revenue import ledger
from orders.revenue.ledger import Ledger
from orders.revenue.mrr import Worth
from orders.revenue.types import Billed


@dataclass(frozen=True)
class CurrentSubscription:
    """What a subscription is worth a month, in minor units; one that has ended keeps what it was worth.

    It goes by its first member; plan and price are those of the last. `end` is when it ended, else until when it is
    billed; None when nobody knows.
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


def first_purchases(customer: Customer) -> QuerySet[Purchase]:
    """The first member of each subscription of `customer`."""
    theirs = Purchase.objects.filter(source_record__customer=customer)
    is_earlier = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    earlier = theirs.filter(is_earlier, connection=OuterRef("connection"))
    return theirs.filter(Q(connection="") | ~Exists(earlier))


def current_subscriptions(customer: Customer, chosen: Collection[Purchase]) -> list[CurrentSubscription]:
    """How each of `chosen`, which are `firsts`, stands."""
    connected = {each.connection for each in chosen if each.connection}
    theirs = Purchase.objects.filter(source_record__customer=customer)
    read = ledger.read_last(theirs.filter(Q(pk__in=[each.pk for each in chosen]) | Q(connection__in=connected)))
    worth = read.series(customer.pk).worth
    return [_standing(read.purchases[each.pk], worth.get(each.connection or str(each.pk)), read) for each in chosen]


def _standing(first: Purchase, worth: Worth | None, read: Ledger) -> CurrentSubscription:
    last = read.purchases[worth.last.pk] if worth else first
    line = _last_line(last, read)
    currency = line.currency if line else last.currency
    now = worth.by_currency() if worth else {}
    is_active = worth is not None and worth.goes_on
    until = line.until if line and line.until > line.at else None
    return CurrentSubscription(
        first=first,
        last=last,
        plan=read.plan(line) if line else last.product,
        currency=currency,
        amount=(now if is_active or worth is None else worth.at_the_end).get(currency, 0),
        is_active=is_active,
        end=until if is_active else (worth and worth.ended_at) or last.cancelled_at,
    )


def _last_line(purchase: Purchase, read: Ledger) -> Billed | None:
    changes = read.changes.get(purchase.source_record.customer_id, ())
    lines = [each for each in changes if isinstance(each, Billed) and each.subscription.pk == purchase.pk]
    whole = [each for each in lines if not each.proration]
    return max(whole or lines, key=lambda line: (line.at, line.order or 0, line.origin), default=None)
