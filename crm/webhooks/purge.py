"""What was sent is kept for a while: WEBHOOK_DAYS. What waits is kept as long as its event."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from customers.lib.batches import delete_in_batches
from customers.lib.retention import kept_since

LONGEST_USE = timedelta(minutes=10)


def count_due() -> int:
    return _sent().count() + Delivery.objects.filter(endpoint__in=_deleted_endpoints()).count()


def purge_deliveries() -> int:
    """With all that is left of endpoints that were deleted."""
    deleted = delete_in_batches(_sent())
    for endpoint in _deleted_endpoints():
        deleted += delete_in_batches(Delivery.objects.filter(endpoint=endpoint).order_by())
        endpoint.delete()
    return deleted


def _sent() -> "QuerySet[Delivery]":
    ended = Delivery.objects.exclude(state=DeliveryState.WAITING)
    sent = ended.filter(sent_at__lt=kept_since(timedelta(days=settings.WEBHOOK_DAYS)))
    return sent.exclude(endpoint__in=_deleted_endpoints()).order_by()


def _deleted_endpoints() -> "QuerySet[WebhookEndpoint]":
    # Not one that was deleted just now: a run may still be talking to it.
    return WebhookEndpoint.objects.filter(deleted_at__lt=timezone.now() - LONGEST_USE)
