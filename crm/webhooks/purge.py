"""What was sent is kept for a while: WEBHOOK_DAYS. What waits is kept as long as its event."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from crm.webhooks.models import Delivery, DeliveryState, WebhookEndpoint
from customers.lib.batches import BATCH

LONGEST_USE = timedelta(minutes=10)


def purge_deliveries() -> str:
    """With all that is left of endpoints that were deleted."""
    before = timezone.now() - timedelta(days=settings.WEBHOOK_DAYS)
    ended = Delivery.objects.exclude(state=DeliveryState.WAITING)
    deleted = _delete(ended.filter(sent_at__lt=before))
    # Not one that was deleted just now: a run may still be talking to it.
    for endpoint in WebhookEndpoint.objects.filter(deleted_at__lt=timezone.now() - LONGEST_USE):
        deleted += _delete(Delivery.objects.filter(endpoint=endpoint))
        endpoint.delete()
    return f"{deleted} {'delivery' if deleted == 1 else 'deliveries'} deleted."


def _delete(deliveries: "QuerySet[Delivery]") -> int:
    deleted = 0
    while keys := list(deliveries.order_by().values_list("pk", flat=True)[:BATCH]):
        Delivery.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
