"""What a subscription is, from the lines that bill it and its cancellations.

It is CANCELLED when it was cancelled and no line began since; past due (RECYCLE_BILLING) when the newest invoice that
bills it was declined, or is due and not paid; a TRIAL when its newest line is one; else ACTIVE, or PAUSED if staff
paused it. Plan, price and quantity are those of its newest line for a whole period. A credit begins nothing.

Lines that are disabled, and those of invoices that are disabled, voided or written off, bill nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

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
from orders.revenue.ledger import cancellations
from orders.timestamps import shown_values, touch_orders_of
from orders.totals.deltas import Delta, deltas_between, deltas_of_purchase

CANCELLED = "subscription_cancelled"
WRITTEN = (
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
    "restarts_on",
    "paused_at",
    "paused_from",
    "next_bill_date",
)
values_of = attrgetter(*(f"{name}_id" if name in ("product", "order") else name for name in WRITTEN))


def billing_lines() -> QuerySet[OrderItem]:
    """The lines that bill a subscription."""
    return OrderItem.objects.filter(disabled_at=None, order__disabled_at=None, order__uncollected="").exclude(
        Q(purchase=None) | Q(service_from=None)
    )


def past_due_purchases(now: datetime) -> QuerySet[Purchase]:
    """Those that go on as if the newest invoice that bills them were paid, which was due by `now`."""
    later = billing_lines().filter(purchase=OuterRef("purchase"), order__at__gt=OuterRef("order__at"))
    unpaid = billing_lines().filter(~Exists(later), order__status=OrderStatus.PENDING, order__due__lt=now)
    going_on = (PurchaseStatus.ACTIVE, PurchaseStatus.TRIAL, PurchaseStatus.PAUSED)
    return Purchase.objects.filter(pk__in=unpaid.values("purchase"), status__in=going_on).exclude(external_id="")


def set_cancellations(purchase: Purchase, times: Iterable[datetime]) -> None:
    """Make `times` all of its cancellations; `refresh` says what follows from them."""
    purchase.cancelled_at = None
    purchase.past_cancellations = [each.astimezone(UTC).isoformat() for each in sorted(set(times))]


def refresh_purchases(
    purchases: Collection[Purchase], *, begun: Collection[int] = (), took_back: Collection[datetime] = ()
) -> list[Delta]:
    """Make the locked `purchases` what their lines and cancellations say; what that adds to the totals.

    Those `begun` are in no totals yet. `took_back` are times of cancellations that are no longer so. One without an id
    of its source is a shop's: it is billed here, and what becomes of it is not told by lines.
    """
    purchases = [each for each in purchases if each.external_id]
    lines, events = _lines_of(purchases), _events_of(purchases)
    changes: list[Delta] = []
    stored = {purchase.pk: values_of(purchase) for purchase in purchases}
    shown = {purchase.pk: shown_values(purchase) for purchase in purchases}
    for purchase in purchases:
        before = [] if purchase.pk in begun else list(deltas_of_purchase(purchase))
        happened, planned = _times(events[purchase.source_record_id, purchase.external_id])
        set_cancellations(purchase, (set(cancellations(purchase)) - set(took_back)) | happened)
        _follow(purchase, lines[purchase.pk])
        if planned or purchase.cancels_on in {each.date() for each in took_back}:
            purchase.cancels_on = planned.date() if planned else None
        changes += deltas_between(before, deltas_of_purchase(purchase))
    changed = [purchase for purchase in purchases if values_of(purchase) != stored[purchase.pk]]
    for purchase in changed:
        purchase.updated = timezone.now()
    Purchase.objects.bulk_update(changed, [*WRITTEN, "updated"])
    touch_orders_of([each for each in changed if shown_values(each) != shown[each.pk] and each.pk not in begun])
    return changes


def is_cancellation_planned(purchase: Purchase) -> bool:
    """Whether an event says that it will be cancelled."""
    return any(_times(events)[1] for events in _events_of([purchase]).values())


def drop_unbilled_purchases(purchases: list[Purchase]) -> list[Delta]:
    """Delete those of the locked `purchases` that no line is left of, and take them out; what that adds to the totals.

    One that gives a membership, or is billed here, is not only what a billing system told of.
    """
    left = set(OrderItem.objects.filter(purchase__in=purchases).values_list("purchase", flat=True))
    members = set(Membership.objects.filter(purchase__in=purchases).values_list("purchase", flat=True))
    gone = [each for each in purchases if each.external_id and each.pk not in left | members]
    changes = [change for each in gone for change in deltas_between(deltas_of_purchase(each), [])]
    Purchase.objects.filter(pk__in=[each.pk for each in gone]).delete()
    purchases[:] = [each for each in purchases if each not in gone]
    return changes


def _lines_of(purchases: Collection[Purchase]) -> Mapping[int, list[OrderItem]]:
    found: defaultdict[int, list[OrderItem]] = defaultdict(list)
    lines = billing_lines().filter(purchase__in=purchases).select_related("order", "product")
    for line in sorted(lines, key=_place):
        found[line.purchase_id or 0].append(line)
    return found


def _place(line: OrderItem) -> tuple[datetime, int, int]:
    return line.service_from or line.order.at, line.event_order or 0, line.pk


def _events_of(purchases: Collection[Purchase]) -> Mapping[tuple[int, str], list[SubscriptionEvent]]:
    """The cancellations that were sent as events, by record and subscription."""
    found: defaultdict[tuple[int, str], list[SubscriptionEvent]] = defaultdict(list)
    names = {purchase.external_id for purchase in purchases if purchase.external_id}
    records = {purchase.source_record_id for purchase in purchases}
    sent = SubscriptionEvent.objects.filter(
        kind=CANCELLED, disabled_at=None, subscription_external_id__in=names, source_record__in=records
    )
    events = list(sent)
    retracted = _retracted(events)
    for event in events:
        if event.external_id not in retracted:
            found[event.source_record_id, event.subscription_external_id].append(event)
    return found


def _retracted(events: Collection[SubscriptionEvent]) -> set[str | None]:
    """The ids of those that another event took back."""
    names = {event.external_id for event in events if event.external_id}
    records = {event.source_record_id for event in events}
    later = SubscriptionEvent.objects.filter(retracted__in=names, source_record__in=records, disabled_at=None)
    return set(later.values_list("retracted", flat=True)) if names else set()


def _times(events: Iterable[SubscriptionEvent]) -> tuple[set[datetime], datetime | None]:
    """(when it was cancelled, when it will be)."""
    now = timezone.now()
    times = {event.effective for event in events}
    return {each for each in times if each <= now}, min((each for each in times if each > now), default=None)


def _follow(purchase: Purchase, lines: Sequence[OrderItem]) -> None:
    begun = [line for line in lines if line.amount >= 0]
    if newest := _newest(begun):
        _bill(purchase, newest)
    if lines:
        purchase.at = min(line.service_from for line in lines if line.service_from)
        purchase.order = purchase.order or lines[0].order
    last = max(cancellations(purchase), default=None)
    if last and not any(line.service_from > last for line in begun if line.service_from):
        set_cancellations(purchase, set(cancellations(purchase)) - {last})
        _end(purchase, at=last)
    elif not lines and purchase.items.exists():
        _end(purchase, at=None)
    else:
        purchase.status = _status(purchase, lines)


def _end(purchase: Purchase, *, at: datetime | None) -> None:
    purchase.status, purchase.cancelled_at = PurchaseStatus.CANCELLED, at
    purchase.cancels_on = purchase.restarts_on = purchase.paused_at = purchase.next_bill_date = None
    purchase.paused_from = ""


def _newest(lines: Sequence[OrderItem]) -> OrderItem | None:
    whole = [line for line in lines if not line.prorated] or lines
    return whole[-1] if whole else None


def _bill(purchase: Purchase, line: OrderItem) -> None:
    purchase.price, purchase.currency, purchase.quantity = line.amount, line.order.currency, line.quantity
    if line.product:
        purchase.product = line.product


def _status(purchase: Purchase, lines: Sequence[OrderItem]) -> str:
    if lines and _is_unpaid(max((line.order for line in lines), key=lambda order: (order.at, order.pk))):
        return PurchaseStatus.RECYCLE_BILLING
    if lines and lines[-1].kind == ItemKind.TRIAL:
        return PurchaseStatus.TRIAL
    goes_on = not lines and purchase.status != PurchaseStatus.CANCELLED
    return purchase.status if goes_on or purchase.status == PurchaseStatus.PAUSED else PurchaseStatus.ACTIVE


def _is_unpaid(order: Order) -> bool:
    is_late = order.due is not None and order.due < timezone.now()
    return order.status == OrderStatus.DECLINED or (order.status == OrderStatus.PENDING and is_late)
