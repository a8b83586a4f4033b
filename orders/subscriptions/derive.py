"""Deriving a subscription of a billing system from the invoice lines that bill it and from its cancellations.

- CANCELLED when it was cancelled and no line began since;
- past due (RECYCLE_BILLING) when the newest invoice that bills it was declined, or is due and not paid;
- TRIAL when its newest line is a trial; else ACTIVE, or PAUSED if staff paused it.

Plan, price and quantity are from its newest line for a whole period. A credit (a negative line) begins nothing.
Lines that are disabled, and lines of invoices that are disabled, voided or written off, do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from customers.models import EventKind
from customers.records import deleted_rows
from customers.statements.prepared import insert
from orders import events
from orders.models import (
    ItemKind,
    Membership,
    Order,
    OrderItem,
    OrderStatus,
    Purchase,
    PurchaseStatus,
    SubscriptionEvent,
)
from orders.revenue.counted import recount
from orders.revenue.ledger import cancellations
from orders.revenue.steps import drop_steps
from orders.subscriptions.common import mark_cancelled
from orders.timestamps import shown_values, touch_orders_of
from orders.totals.deltas import Delta, deltas_between, deltas_of_purchase

CANCELLATION_EVENT = "subscription_cancelled"
DERIVED = (
    "at",
    "product",
    "order",
    "set_external_id",
    "quantity",
    "status",
    "price",
    "currency",
    "cancelled_at",
    "past_cancellations",
    "cancels_on",
    "bills_until_cancelled",
    "cancels_after_bill",
    "bill",
    "bills_again_on",
    "pauses_on",
    "restarts_on",
    "paused_at",
    "paused_from",
    "next_bill_date",
)
derived_values = attrgetter(*(f"{name}_id" if name in ("product", "order", "bill") else name for name in DERIVED))


def billing_lines() -> QuerySet[OrderItem]:
    return OrderItem.objects.filter(disabled_at=None, order__disabled_at=None, order__uncollected="").exclude(
        Q(purchase=None) | Q(service_from=None)
    )


def past_due_purchases(now: datetime) -> QuerySet[Purchase]:
    """Purchases not marked as past due yet whose newest invoice was due before `now` and is unpaid."""
    newer = billing_lines().filter(purchase=OuterRef("purchase"), order__at__gt=OuterRef("order__at"))
    unpaid = billing_lines().filter(~Exists(newer), order__status=OrderStatus.PENDING, order__due__lt=now)
    unmarked = (PurchaseStatus.ACTIVE, PurchaseStatus.TRIAL, PurchaseStatus.PAUSED)
    return Purchase.objects.filter(pk__in=unpaid.values("purchase"), status__in=unmarked).exclude(external_id="")


def set_cancellations(purchase: Purchase, times: Iterable[datetime]) -> None:
    """Replace all cancellations by `times`; `refresh_purchases` derives the status from them."""
    purchase.cancelled_at = None
    purchase.past_cancellations = [at.astimezone(UTC).isoformat() for at in sorted(set(times))]


def refresh_purchases(
    purchases: Collection[Purchase], *, new: Collection[int] = (), withdrawn: Collection[datetime] = ()
) -> list[Delta]:
    """Derive the locked `purchases` from their lines and cancellations; return the deltas of the totals.

    `new` are purchases not in the totals yet, `withdrawn` times of cancellations that were removed.
    """
    before = [delta for p in purchases if p.pk not in new for delta in deltas_of_purchase(p)]
    _derive_all(purchases, new=new, withdrawn=withdrawn)
    after = [delta for p in purchases for delta in deltas_of_purchase(p)]
    return [*deltas_between(before, after), *recount(purchases)]


def derive_again(purchase: Purchase) -> None:
    """Derive a purchase within `locked_purchase`, which counts it and adds what changes to the totals."""
    _derive_all([purchase], new=(), withdrawn=())


def _derive_all(purchases: Collection[Purchase], *, new: Collection[int], withdrawn: Collection[datetime]) -> None:
    # One without an external id was sold by a shop and is billed here: no invoice line says what becomes of it.
    purchases = [purchase for purchase in purchases if purchase.external_id]
    lines, events = _lines_of(purchases), _events_of(purchases)
    stored = {purchase.pk: derived_values(purchase) for purchase in purchases}
    shown = {purchase.pk: shown_values(purchase) for purchase in purchases}
    for purchase in purchases:
        past, planned = _times(events[purchase.source_record_id, purchase.external_id])
        set_cancellations(purchase, (set(cancellations(purchase)) - set(withdrawn)) | past)
        _derive(purchase, lines[purchase.pk])
        if planned or purchase.cancels_on in {at.date() for at in withdrawn}:
            purchase.cancels_on = planned.date() if planned else None
    changed = [purchase for purchase in purchases if derived_values(purchase) != stored[purchase.pk]]
    for purchase in changed:
        purchase.updated = timezone.now()
    Purchase.objects.bulk_update(changed, [*DERIVED, "updated"])
    _tell([purchase for purchase in changed if purchase.pk not in new], shown)
    touch_orders_of([p for p in changed if shown_values(p) != shown[p.pk] and p.pk not in new])


def _tell(changed: Collection[Purchase], shown: Mapping[int, tuple[str, object]]) -> None:
    """Write the events of `changed`; `shown` is what their orders showed of them before."""
    ended = [p for p in changed if p.status == PurchaseStatus.CANCELLED and shown[p.pk][0] != p.status]
    updated = [purchase for purchase in changed if purchase not in ended]
    insert(
        *events.about_each(ended, EventKind.SUBSCRIPTION_CANCELLED),
        *events.about_each(updated, EventKind.SUBSCRIPTION_UPDATED),
    )


def is_cancellation_planned(purchase: Purchase) -> bool:
    return any(_times(events)[1] for events in _events_of([purchase]).values())


def drop_unbilled_purchases(purchases: list[Purchase]) -> list[Delta]:
    """Delete the locked `purchases` without a line, and remove them from the list; return the deltas.

    A purchase with a membership, or one that is billed here, stays.
    """
    billed = set(OrderItem.objects.filter(purchase__in=purchases).values_list("purchase", flat=True))
    with_membership = set(Membership.objects.filter(purchase__in=purchases).values_list("purchase", flat=True))
    unbilled = [p for p in purchases if p.external_id and p.pk not in billed | with_membership]
    deltas = [delta for purchase in unbilled for delta in deltas_between(deltas_of_purchase(purchase), [])]
    if unbilled:
        insert(*events.about_each(unbilled, EventKind.SUBSCRIPTION_DELETED))
        deleted = Purchase.objects.filter(pk__in=[purchase.pk for purchase in unbilled])
        deleted_rows.remember(deleted)
        deltas += drop_steps(unbilled)
        deleted.delete()
    purchases[:] = [purchase for purchase in purchases if purchase not in unbilled]
    return deltas


def _lines_of(purchases: Collection[Purchase]) -> Mapping[int, list[OrderItem]]:
    by_purchase: defaultdict[int, list[OrderItem]] = defaultdict(list)
    lines = billing_lines().filter(purchase__in=purchases).select_related("order", "product")
    for line in sorted(lines, key=_line_order):
        by_purchase[line.purchase_id or 0].append(line)
    return by_purchase


def _line_order(line: OrderItem) -> tuple[datetime, int, int]:
    return line.service_from or line.order.at, line.event_order or 0, line.pk


def _events_of(purchases: Collection[Purchase]) -> Mapping[tuple[int, str], list[SubscriptionEvent]]:
    by_subscription: defaultdict[tuple[int, str], list[SubscriptionEvent]] = defaultdict(list)
    ids = {purchase.external_id for purchase in purchases if purchase.external_id}
    records = {purchase.source_record_id for purchase in purchases}
    events = list(
        SubscriptionEvent.objects.filter(
            kind=CANCELLATION_EVENT, disabled_at=None, subscription_external_id__in=ids, source_record__in=records
        )
    )
    retracted = _retracted(events)
    for event in events:
        if event.external_id not in retracted:
            by_subscription[event.source_record_id, event.subscription_external_id].append(event)
    return by_subscription


def _retracted(events: Collection[SubscriptionEvent]) -> set[str | None]:
    ids = {event.external_id for event in events if event.external_id}
    records = {event.source_record_id for event in events}
    retracting = SubscriptionEvent.objects.filter(retracted__in=ids, source_record__in=records, disabled_at=None)
    return set(retracting.values_list("retracted", flat=True)) if ids else set()


def _times(events: Iterable[SubscriptionEvent]) -> tuple[set[datetime], datetime | None]:
    """(time of the cancellation, time of a planned one)."""
    now = timezone.now()
    times = {event.effective for event in events}
    return {at for at in times if at <= now}, min((at for at in times if at > now), default=None)


def _derive(purchase: Purchase, lines: Sequence[OrderItem]) -> None:
    charges = [line for line in lines if line.amount >= 0]
    if newest := _newest(charges):
        _bill(purchase, newest)
    if lines:
        purchase.at = min(line.service_from for line in lines if line.service_from)
        purchase.order = purchase.order or lines[0].order
    last = max(cancellations(purchase), default=None)
    if last and not any(line.service_from > last for line in charges if line.service_from):
        set_cancellations(purchase, set(cancellations(purchase)) - {last})
        mark_cancelled(purchase, at=last)
    elif not lines and purchase.items.exists():
        mark_cancelled(purchase, at=None)
    else:
        purchase.status = _status(purchase, lines)


def _newest(lines: Sequence[OrderItem]) -> OrderItem | None:
    whole_periods = [line for line in lines if not line.prorated] or lines
    return whole_periods[-1] if whole_periods else None


def _bill(purchase: Purchase, line: OrderItem) -> None:
    purchase.price, purchase.currency, purchase.quantity = line.amount, line.order.currency, line.quantity
    if line.product:
        purchase.product = line.product


def _status(purchase: Purchase, lines: Sequence[OrderItem]) -> str:
    if lines and _is_unpaid(max((line.order for line in lines), key=lambda order: (order.at, order.pk))):
        return PurchaseStatus.RECYCLE_BILLING
    if lines and lines[-1].kind == ItemKind.TRIAL:
        return PurchaseStatus.TRIAL
    keeps_status = not lines and purchase.status != PurchaseStatus.CANCELLED
    return purchase.status if keeps_status or purchase.status == PurchaseStatus.PAUSED else PurchaseStatus.ACTIVE


def _is_unpaid(order: Order) -> bool:
    is_late = order.due is not None and order.due < timezone.now()
    return order.status == OrderStatus.DECLINED or (order.status == OrderStatus.PENDING and is_late)
