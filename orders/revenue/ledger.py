"""Reading the changes of recurring revenue of some customers at once, in a fixed number of queries.

- A line counts when it bills a subscription for a period that has begun, unless it or its invoice is disabled, or the
  invoice was voided or written off.
- A subscription without lines for a period, as shops sell them, counts by its price from its beginning, once its trial
  is over.
- A cancellation counts at its time; one that was sent as an event is kept on its purchase.
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
from orders.revenue.movements import MovementSeries, derive_movements
from orders.revenue.types import Billed, Cancelled, Change, Origin, OriginKind, Subscription

EVER, FOREVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
# A trial has no price yet, and the end of a complete purchase is unknown.
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
    """{customer: changes}, and the purchases and plans that they name, by primary key."""

    changes: Mapping[int, list[Change]]
    purchases: Mapping[int, Purchase]
    plans: Mapping[int, Product]

    def series(self, customer: int) -> MovementSeries:
        return derive_movements(self.changes.get(customer, ()), window=reclassification_window())


def reclassification_window() -> timedelta:
    return timedelta(minutes=settings.MRR_RECLASSIFIED_WITHIN)


def read_changes(customers: Collection[int], *, now: datetime | None = None) -> Ledger:
    now = now or timezone.now()
    return _read(_of(customers), now, _lines(now))


def read_last_changes(purchases: QuerySet[Purchase], *, now: datetime | None = None) -> Ledger:
    """The changes from which the MRR of `purchases` follows: at `now`, or at their end."""
    now = now or timezone.now()
    return _read(purchases, now, _lines(now) & _is_in_last_period(now))


def read_all_changes(purchases: QuerySet[Purchase], *, until: datetime = FOREVER) -> Ledger:
    return _read(purchases, until, _lines(until))


def _of(customers: Collection[int]) -> QuerySet[Purchase]:
    return Purchase.objects.filter(source_record__customer__in=customers)


def _is_in_last_period(now: datetime) -> Q:
    """The lines from the last whole period on. In a set, each plan has lines of its own, so all are read."""
    # Not from a credit on, because what that does depends on the lines before it.
    whole = OrderItem.objects.filter(counting_lines(now), purchase=OuterRef("pk"), prorated=False, amount__gte=F("tax"))
    last = Subquery(whole.order_by("-service_from").values("service_from")[:1])
    since = Coalesce(Case(When(set_external_id="", then=last)), Value(EVER))
    return Q(items__service_from__gte=since)


def counting_lines(now: datetime, prefix: str = "") -> Q:
    """The filter for lines that count at `now`; `prefix` is the lookup that leads to them, such as "items__"."""
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
    purchases = {purchase.pk: purchase for purchase in annotated}
    line_rows = list(rows.filter(lines).values(*LINE)) if purchases else []
    plan_ids = {row["items__product"] for row in line_rows} | {p.product_id for p in purchases.values()}
    # A query of its own: with a join SQLite would start at a plan and read every purchase of it.
    plans = Product.objects.in_bulk(plan_ids - {None})
    # A plan deleted a moment ago is not there; then the database refuses what is being written.
    purchases = {pk: purchase for pk, purchase in purchases.items() if purchase.product_id in plans}
    known = {None, *plans}
    line_rows = [row for row in line_rows if row["pk"] in purchases and row["items__product"] in known]
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for purchase in purchases.values():
        purchase.product = plans[purchase.product_id]
        changes[purchase.source_record.customer_id] += [c for c in changes_without_lines(purchase) if c.at <= now]
    for row in line_rows:
        purchase = purchases[row["pk"]]
        plan = plans[row["items__product"] or purchase.product_id]
        changes[purchase.source_record.customer_id].append(_billed(row, _subscription(purchase), plan))
    return Ledger(changes, purchases, plans)


def _subscription(purchase: Purchase) -> Subscription:
    return Subscription(purchase.pk, purchase.at, purchase.connection, bool(purchase.set_external_id))


def _interval(plan: Product) -> Interval:
    """The billing interval; a plan without one counts as monthly."""
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


def changes_without_lines(purchase: Purchase) -> Iterator[Change]:
    subscription = _subscription(purchase)
    if is_billed_by_price(purchase):
        yield _billed_by_price(purchase, subscription)
    for at in cancellations(purchase):
        yield Cancelled(at, subscription, Origin(OriginKind.CANCELLATION, purchase.pk))


def is_billed_by_price(purchase: Purchase) -> bool:
    """`purchase` is annotated with `is_billed_by_lines`."""
    is_over = purchase.status == PurchaseStatus.CANCELLED and purchase.cancelled_at is None
    recurs = purchase.product.interval_count is not None
    has_price = purchase.status not in WITHOUT_PRICE and not is_over
    return recurs and has_price and not vars(purchase)["is_billed_by_lines"]


def _billed_by_price(purchase: Purchase, subscription: Subscription) -> Billed:
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
    past = (datetime.fromisoformat(text) for text in purchase.past_cancellations)
    return sorted({*past, *filter(None, [purchase.cancelled_at])})
