from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from crm.webhooks import endpoints
from crm.webhooks.models import WebhookEndpoint
from customers.models import Event, EventKind
from tests.crm.webhooks.receiver import Receiver, serve


@pytest.fixture
def start_receiver(settings):
    """Start servers that answer 204, on an address that the setting allows."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    servers = []

    def start(**options: Any) -> Receiver:
        receiver = Receiver(**options)
        servers.append(serve(receiver))
        return receiver

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver(start_receiver) -> Receiver:
    return start_receiver()


@pytest.fixture
def endpoint(db, receiver: Receiver) -> WebhookEndpoint:
    """All events are sent to the receiver, which knows the secret."""
    endpoint, receiver.secret = endpoints.add(name="Warehouse", url=receiver.url, kinds=[], by=None)
    return endpoint


@pytest.fixture
def happen() -> Callable[..., Event]:
    def write(customer: int = 1, kind: EventKind = EventKind.CUSTOMER_UPDATED, **data: object) -> Event:
        return Event.objects.create(kind=kind, customer=customer, data=data)

    return write
