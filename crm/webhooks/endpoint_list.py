"""Endpoints as pages show them, with their queues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from crm.webhooks.hand_out import LONGEST_QUEUE
from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from crm.webhooks.queue import RETRIED_FOR

WORTH_SAYING = timedelta(hours=1)
"""After which Home names an endpoint that fails."""


@dataclass(frozen=True)
class EndpointRow:
    endpoint: WebhookEndpoint
    waiting: int
    oldest: datetime | None
    """When the first event happened that waits."""

    @property
    def is_full(self) -> bool:
        """Then more may wait among the events."""
        return self.waiting >= LONGEST_QUEUE

    @property
    def retried_until(self) -> datetime | None:
        since = self.endpoint.failing_since
        return since + RETRIED_FOR if since else None

    @property
    def kept_until(self) -> datetime | None:
        """Then the first event that waits is deleted."""
        days = settings.EVENTS_DAYS
        return self.oldest + timedelta(days=days) if self.oldest and days else None


def endpoint_rows(endpoints: Sequence[WebhookEndpoint]) -> list[EndpointRow]:
    waiting = Delivery.objects.filter(endpoint__in=endpoints, state=DeliveryState.WAITING)
    queues = waiting.order_by().values_list("endpoint").annotate(length=Count("pk"), oldest=Min("at"))
    lengths = {pk: (length, oldest) for pk, length, oldest in queues}
    return [EndpointRow(endpoint, *lengths.get(endpoint.pk, (0, None))) for endpoint in endpoints]


def all_endpoints() -> list[WebhookEndpoint]:
    return list(WebhookEndpoint.objects.current().select_related("paused_by").order_by("name", "pk"))


def failing_endpoints() -> list[EndpointRow]:
    """Those that were paused by themselves, and those that fail for so long that it is no restart."""
    fails = Q(paused_at=None, failing_since__lt=timezone.now() - WORTH_SAYING)
    endpoints = list(WebhookEndpoint.objects.current().filter(fails | ~Q(pause_reason="")).order_by("name", "pk"))
    return endpoint_rows(endpoints) if endpoints else []
