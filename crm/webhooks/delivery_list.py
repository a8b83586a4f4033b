"""Deliveries as pages show them, newest first, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from customers.lib.pages import Page, newest_page
from customers.models import Customer


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


def deliveries_of_current() -> "QuerySet[Delivery]":
    return Delivery.objects.select_related("endpoint").filter(endpoint__deleted_at=None)


def delivery_page(
    filters: Mapping[str, Any], *, before: int | None = None, with_customers: bool = False
) -> Page[DeliveryRow, int]:
    page = newest_page(deliveries_of_current().filter(**filters), before)
    return page.showing(delivery_rows(page.rows, with_customers=with_customers))


def delivery_rows(deliveries: Sequence[Delivery], *, with_customers: bool) -> list[DeliveryRow]:
    numbers = {delivery.customer for delivery in deliveries if delivery.customer} if with_customers else set()
    customers = Customer.objects.in_bulk(numbers)
    return [DeliveryRow(delivery, customers.get(delivery.customer or 0)) for delivery in deliveries]


def named(pks: Sequence[int]) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(pk__in=pks, endpoint__in=WebhookEndpoint.objects.current())
