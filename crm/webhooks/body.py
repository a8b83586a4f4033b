"""What a receiver gets: a JSON object with `type`, `timestamp` and `data`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from crm.webhooks.models import Delivery
from customers.events.payload import payloads


def body_of(delivery: Delivery) -> bytes:
    return bodies_of([delivery])[delivery.pk]


def bodies_of(deliveries: Sequence[Delivery]) -> dict[int, bytes]:
    """{delivery: its body}, by a few statements for all of them."""
    events = {delivery.pk: delivery.event for delivery in deliveries if delivery.event}
    of_events = dict(zip(events, payloads([*events.values()]), strict=True))
    return {delivery.pk: _encoded(of_events.get(delivery.pk) or _of_test(delivery)) for delivery in deliveries}


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _of_test(delivery: Delivery) -> dict[str, Any]:
    at = delivery.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"id": delivery.message_id, "type": delivery.kind, "timestamp": at, "data": {}}
