from typing import Any

from django.utils import timezone

from crm.webhooks.models import Delivery, EndpointSecret, WebhookEndpoint
from customers.models import Customer, Event, EventKind


def make_endpoint(**values: Any) -> WebhookEndpoint:
    values = {"name": "Warehouse", "url": "https://hooks.example.com/", "handed_out_at": timezone.now(), **values}
    endpoint = WebhookEndpoint.objects.create(**values)
    EndpointSecret.objects.create(endpoint=endpoint, encrypted="unreadable")
    return endpoint


def delivery_of(customer: Customer, endpoint: WebhookEndpoint | None = None, **values: Any) -> Delivery:
    """An event of this customer that waits for the endpoint."""
    event = Event.objects.create(kind=EventKind.CUSTOMER_UPDATED, customer=customer.pk)
    event.refresh_from_db()
    now = timezone.now()
    return Delivery.objects.create(
        endpoint=endpoint or make_endpoint(),
        event=event,
        message_id=event.uuid,
        kind=event.kind,
        at=event.at,
        customer=customer.pk,
        lanes=[customer.pk],
        **{"given_up_at": now, **values},
    )
