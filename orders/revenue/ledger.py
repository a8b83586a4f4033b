"""Reading what was billed and cancelled, for some customers at once, in a fixed number of queries.

A line counts when it bills a subscription for a time that has begun, unless it, or its invoice, is disabled or will
never be paid. A subscription of which no line was ever sent with the time that it is for, as shops send them, counts
from its beginning by its price, once its trial is over. A cancellation counts at the time of cancelling; those that
were sent as events stand on their purchase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from customers.lib.money import to_minor_units
from orders.models import ItemKind, OrderItem, Product, Proration, Purchase, PurchaseStatus
from orders.revenue.monthly_rate import Interval
from orders.revenue.movements import Series, derive_movements
from orders.revenue.types import Billed, Cancelled, Change, Origin, OriginKind, Subscription

EVER = datetime(1, 1, 1, tzinfo=UTC)
# What has no price yet, or ended nobody knows when.
WITHOUT_PRICE = (PurchaseStatus.TRIAL, PurchaseStatus.COMPLETE)

LINE = (
    "pk",
    "items__pk",
    "items__service_from",
    "items__service_to",
    "items__amount",
    "items__tax",
    "items__product",
    "items__order__currency",
    "items__prorated",
    "items__proration",
    "items__event_order",
)


@dataclass(frozen=True)
class Ledger:
    """The changes of each customer, and the rows that they are about, by primary key."""

    changes: Mapping[int, list[Change]]
    purchases: Mapping[int, Purchase]
    plans: Mapping[int, Product]

    def series(self, customer: int) -> Series:
        return derive_movements(self.changes.get(customer, ()), window=reclassification_window())

    def plan(self, change: Change) -> Product:
        """What was billed, or would have gone on."""
        purchase = self.purchases[change.subscription.pk]
        return self.plans[change.plan] if isinstance(change, Billed) else purchase.product


def reclassification_window() -> timedelta:
    return timedelta(minutes=settings.MRR_RECLASSIFIED_WITHIN)


def read(customers: Collection[int], *, now: datetime | None = None) -> Ledger:
    """All that is known of `customers` until `now`."""
    now = now or timezone.now()
    return _read(_of(customers), now, _lines(now))


def read_current(customers: Collection[int], *, now: datetime | None = None) -> Ledger:
    """Only what `customers` are worth at `now`, however much was billed before."""
    now = now or timezone.now()
    later = OrderItem.objects.filter(purchase=OuterRef("pk"), service_from__gt=OuterRef("cancelled_at"))
    ended = Q(connection="", cancelled_at__lte=now) & ~Exists(later)
    return _read(_of(customers).exclude(ended), now, _last_lines(now))


def read_last(purchases: QuerySet[Purchase], *, now: datetime | None = None) -> Ledger:
    """What `purchases` are worth at `now`, or were when they ended."""
    now = now or timezone.now()
    return _read(purchases, now, _last_lines(now))


def _of(customers: Collection[int]) -> QuerySet[Purchase]:
    return Purchase.objects.filter(source_record__customer__in=customers)


def _last_lines(now: datetime) -> Q:
    """The last for a whole period and those that follow it; of a set, whose plans are billed each for itself, all.

    A credit is passed over, because it depends on what came before.
    """
    whole = OrderItem.objects.filter(counting_lines(now), purchase=OuterRef("pk"), prorated=False, amount__gte=F("tax"))
    last = Subquery(whole.order_by("-service_from").values("service_from")[:1])
    since = Coalesce(Case(When(set_external_id="", then=last)), Value(EVER))
    return _lines(now) & Q(items__service_from__gte=since)


def counting_lines(now: datetime, prefix: str = "") -> Q:
    """Which lines count at `now`; `prefix` leads to them."""
    conditions = {
        "kind": ItemKind.SUBSCRIPTION,
        "service_from__lte": now,
        "disabled_at": None,
        "order__disabled_at": None,
        "order__uncollected": "",
    }
    return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})


def _lines(now: datetime) -> Q:
    return counting_lines(now, "items__")


def _read(rows: QuerySet[Purchase], now: datetime, lines: Q) -> Ledger:
    timed = OrderItem.objects.filter(purchase=OuterRef("pk"), service_from__isnull=False)
    annotated = rows.select_related("source_record").annotate(is_billed_by_lines=Exists(timed))
    purchases = {each.pk: each for each in annotated}
    found = list(rows.filter(lines).values(*LINE)) if purchases else []
    named = {row["items__product"] for row in found} | {each.product_id for each in purchases.values()}
    # Apart, so that SQLite does not begin with a plan, and with all that ever bought it.
    plans = Product.objects.in_bulk(named - {None})
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for purchase in purchases.values():
        purchase.product = plans[purchase.product_id]
        changes[purchase.source_record.customer_id] += [each for each in _of_itself(purchase) if each.at <= now]
    for row in found:
        purchase = purchases[row["pk"]]
        plan = plans[row["items__product"] or purchase.product_id]
        changes[purchase.source_record.customer_id].append(_billed(row, _subscription(purchase), plan))
    return Ledger(changes, purchases, plans)


def _subscription(purchase: Purchase) -> Subscription:
    return Subscription(purchase.pk, purchase.at, purchase.connection, bool(purchase.set_external_id))


def _interval(plan: Product) -> Interval:
    """A plan without one is taken to bill every month."""
    return Interval(plan.interval_count, plan.interval_unit) if plan.interval_count else Interval()


def _billed(row: dict[str, Any], subscription: Subscription, plan: Product) -> Billed:
    currency, start = row["items__order__currency"], row["items__service_from"]
    return Billed(
        at=start,
        until=row["items__service_to"] or start,
        subscription=subscription,
        plan=plan.pk,
        currency=currency,
        amount=to_minor_units(row["items__amount"] - row["items__tax"], currency),
        interval=_interval(plan),
        origin=Origin(OriginKind.LINE, row["items__pk"]),
        proration=(row["items__proration"] or Proration.DIFFERENTIAL) if row["items__prorated"] else "",
        order=row["items__event_order"],
    )


def _of_itself(purchase: Purchase) -> Iterator[Change]:
    """What no line tells: that it is billed by its price, and when it was cancelled."""
    subscription = _subscription(purchase)
    if is_billed_by_price(purchase):
        yield _begun(purchase, subscription)
    for at in cancellations(purchase):
        yield Cancelled(at, subscription, Origin(OriginKind.CANCELLATION, purchase.pk))


def is_billed_by_price(purchase: Purchase) -> bool:
    """Asked of one that comes with whether it `is_billed_by_lines`."""
    is_over = purchase.status == PurchaseStatus.CANCELLED and purchase.cancelled_at is None
    recurs = purchase.product.interval_count is not None
    has_price = purchase.status not in WITHOUT_PRICE and not is_over
    return recurs and has_price and not vars(purchase)["is_billed_by_lines"]


def _begun(purchase: Purchase, subscription: Subscription) -> Billed:
    return Billed(
        at=purchase.at,
        until=purchase.at,
        subscription=subscription,
        plan=purchase.product_id,
        currency=purchase.currency,
        amount=to_minor_units(purchase.price, purchase.currency),
        interval=_interval(purchase.product),
        origin=Origin(OriginKind.PURCHASE, purchase.pk),
    )


def cancellations(purchase: Purchase) -> list[datetime]:
    """Each time that it was cancelled, in order."""
    past = (datetime.fromisoformat(each) for each in purchase.past_cancellations)
    return sorted({*past, *filter(None, [purchase.cancelled_at])})
