"""The queue of an endpoint: the deliveries that wait, and which of them may be sent now.

Of those about the same customer the first goes first: while it fails, the later ones wait, and other customers go on.
An event about two customers, such as a merge, waits for both and both wait for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from customers.models import Event

RETRIED_FOR = timedelta(days=3)
MOST_FAILURES = 5
"""In a row. After these an endpoint rests, and is then asked by one request at a time."""
OTHER_CUSTOMERS = ("into", "from")
"""Where `Event.data` names the other customer of a merge, an undo or a split."""


def waiting(endpoint: WebhookEndpoint) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)


def add(endpoint: WebhookEndpoint, events: Iterable[Event]) -> None:
    """Those that are there already stay as they are."""
    now = timezone.now()
    rows = [
        Delivery(
            endpoint=endpoint,
            event=event,
            message_id=event.uuid,
            kind=event.kind,
            at=event.at,
            customer=event.customer,
            lanes=lanes_of(event),
            next_at=now,
            given_up_at=now + RETRIED_FOR,
        )
        for event in events
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def lanes_of(event: Event) -> list[int]:
    others = (event.data.get(name) for name in OTHER_CUSTOMERS)
    return [event.customer, *(other for other in others if isinstance(other, int))]


def put_back(deliveries: "QuerySet[Delivery]") -> int:
    """What has arrived or was given up is sent again, and retried as long as if it were new."""
    now = timezone.now()
    ended = deliveries.exclude(state=DeliveryState.WAITING)
    return ended.update(state=DeliveryState.WAITING, attempts=0, next_at=now, given_up_at=now + RETRIED_FOR)


def due(endpoint: WebhookEndpoint, now: datetime) -> Sequence[int]:
    """What may be sent now, in order. To an endpoint that is paused or rests, only tests are."""
    rows = waiting(endpoint).order_by("at", "event_id")
    if endpoint.is_paused or (endpoint.rests_until and endpoint.rests_until > now):
        rows = rows.filter(event=None)
    taken: set[int] = set()
    free: list[tuple[int, int]] = []
    for pk, lanes, next_at, claimed_until, attempts in rows.values_list(
        "pk", "lanes", "next_at", "claimed_until", "attempts"
    ):
        is_first = taken.isdisjoint(lanes)
        taken.update(lanes)
        if is_first and next_at <= now and (claimed_until is None or claimed_until < now):
            free.append((attempts, pk))
    if endpoint.failures >= MOST_FAILURES:
        free = sorted(free)[:1]  # what failed least, so that one bad delivery does not keep all others
    return [pk for _, pk in free]
