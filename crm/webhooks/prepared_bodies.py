"""Bodies of the next deliveries to an endpoint, composed together, and the secrets that sign them.

Composed just before they are sent: an ID of another system that was erased since must not go out. So what was prepared
is thrown away after a moment, as if it had been on its way by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice

from django.utils import timezone

from crm.webhooks.body import bodies_of
from crm.webhooks.endpoints import secrets_of
from crm.webhooks.models import Delivery, WebhookEndpoint

AT_ONCE = 50
FRESH = 1.0
"""Seconds."""


class PreparedBodies:
    def __init__(self) -> None:
        self._bodies: dict[int, bytes] = {}
        self._secrets: list[str] = []
        self._until = 0.0

    def message(self, delivery: Delivery, following: Iterable[int]) -> tuple[bytes, list[str]]:
        """The body of `delivery`, and the secrets that are good now; `following` will be asked for next."""
        if delivery.pk not in self._bodies or time.monotonic() > self._until:
            self._prepare(delivery.endpoint, [delivery.pk, *islice(following, AT_ONCE - 1)])
        return self._bodies.pop(delivery.pk), self._secrets

    def _prepare(self, endpoint: WebhookEndpoint, pks: list[int]) -> None:
        self._until = time.monotonic() + FRESH
        deliveries = list(Delivery.objects.filter(pk__in=pks).select_related("event"))
        self._bodies = bodies_of(deliveries)
        self._secrets = secrets_of(endpoint, at=timezone.now())
