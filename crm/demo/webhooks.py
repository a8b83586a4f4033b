"""Two endpoints of made-up systems, both paused so that nothing is sent: one by the admin, one by itself."""

from datetime import timedelta

from django.utils import timezone

from crm.accounts.models import User
from crm.webhooks.models import Attempt, Delivery, DeliveryState, EndpointSecret, WebhookEndpoint
from crm.webhooks.queue import add
from crm.webhooks.signing import encrypt, new_secret
from customers.lib.pages import Cursor
from customers.models import Event, EventKind

MERGES = [EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_UNMERGED, EventKind.CUSTOMER_SPLIT]
SHOWN = 12


def add_webhooks(*, admin: User) -> None:
    events = list(Event.objects.order_by("-at", "-pk")[:SHOWN])[::-1]
    warehouse = _endpoint("Warehouse", "https://hooks.warehouse.example/reunite", MERGES, events[-1], by=admin)
    add(warehouse, Event.objects.filter(kind__in=MERGES).order_by("-at", "-pk")[:SHOWN])
    _note(warehouse, DeliveryState.DELIVERED, 204, "")
    ledger = _endpoint("Ledger", "https://ledger.example/v3/inbound/customers?tenant=reunite", [], events[-1], by=admin)
    add(ledger, events)
    _note(ledger, DeliveryState.GIVEN_UP, 503, "upstream connect error or disconnect before headers")
    WebhookEndpoint.objects.filter(pk=warehouse.pk).update(paused_by=admin, delivered_at=timezone.now())
    WebhookEndpoint.objects.filter(pk=ledger.pk).update(pause_reason="Every delivery failed for three days.")


def _endpoint(name: str, url: str, kinds: list[EventKind], last: Event, *, by: User) -> WebhookEndpoint:
    cursor = Cursor.of(last)
    endpoint = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        kinds=kinds,
        by=by,
        paused_at=timezone.now(),
        handed_out_at=cursor.at,
        handed_out_pk=cursor.pk,
    )
    EndpointSecret.objects.create(endpoint=endpoint, encrypted=encrypt(new_secret()))
    return endpoint


def _note(endpoint: WebhookEndpoint, state: DeliveryState, status: int, text: str) -> None:
    """The older half was sent; the rest waits."""
    now = timezone.now()
    for delivery in Delivery.objects.filter(endpoint=endpoint).order_by("pk")[: SHOWN // 2]:
        sent_at = now - timedelta(minutes=delivery.pk % 60)
        Attempt.objects.create(delivery=delivery, at=sent_at, status=status, milliseconds=84, text=text)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, attempts=1, sent_at=sent_at, status=status, milliseconds=84
        )
