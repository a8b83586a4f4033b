"""What the pages show: endpoints with their queues, and deliveries, newest first, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from crm.webhooks.hand_out import LONGEST_QUEUE
from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from crm.webhooks.queue import RETRIED_FOR
from customers.lib.batches import PAGE
from customers.models import Customer

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


@dataclass(frozen=True)
class DeliveryRow:
    delivery: Delivery
    customer: Customer | None
    """None if nothing is known of it any more, or the reader may not view customers."""

    @property
    def answer(self) -> str:
        delivery = self.delivery
        if delivery.sent_at is None:
            return "Waiting"
        return str(delivery.status or "No answer")

    @property
    def tone(self) -> str:
        if self.delivery.state == DeliveryState.DELIVERED:
            return "good"
        return "" if self.delivery.sent_at is None else "bad"

    @property
    def seconds(self) -> float:
        return self.delivery.milliseconds / 1000

    @property
    def other_customer(self) -> int | None:
        return self.delivery.lanes[1] if len(self.delivery.lanes) > 1 else None


@dataclass(frozen=True)
class DeliveryPage:
    rows: Sequence[DeliveryRow]
    following: int | None
    """The number of the last delivery of the page; None on the last page."""


def deliveries_of_current() -> "QuerySet[Delivery]":
    return Delivery.objects.select_related("endpoint").filter(endpoint__deleted_at=None)


def delivery_page(
    filters: Mapping[str, Any], *, before: int | None = None, with_customers: bool = False
) -> DeliveryPage:
    deliveries = deliveries_of_current().filter(**filters).order_by("-pk")
    if before is not None:
        deliveries = deliveries.filter(pk__lt=before)
    page = list(deliveries[: PAGE + 1])
    rows = delivery_rows(page[:PAGE], with_customers=with_customers)
    return DeliveryPage(rows, page[PAGE - 1].pk if len(page) > PAGE else None)


def delivery_rows(deliveries: Sequence[Delivery], *, with_customers: bool) -> list[DeliveryRow]:
    numbers = {delivery.customer for delivery in deliveries if delivery.customer} if with_customers else set()
    customers = Customer.objects.in_bulk(numbers)
    return [DeliveryRow(delivery, customers.get(delivery.customer or 0)) for delivery in deliveries]


def named(pks: Sequence[int]) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(pk__in=pks, endpoint__in=WebhookEndpoint.objects.current())
