"""What a receiver gets: a JSON object with `type`, `timestamp` and `data`."""

import json
from datetime import UTC
from typing import Any

from crm.webhooks.models import Delivery
from customers.events.payload import payloads


def body_of(delivery: Delivery) -> bytes:
    content = _of_test(delivery) if delivery.event is None else payloads([delivery.event])[0]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _of_test(delivery: Delivery) -> dict[str, Any]:
    at = delivery.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"id": delivery.message_id, "type": delivery.kind, "timestamp": at, "data": {}}
