"""What was sent is kept for a while: WEBHOOK_DAYS. What waits is kept as long as its event."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from crm.webhooks.models import Delivery, DeliveryState

AT_ONCE = 1000


def purge_deliveries() -> str:
    before = timezone.now() - timedelta(days=settings.WEBHOOK_DAYS)
    old = Delivery.objects.filter(sent_at__lt=before).exclude(state=DeliveryState.WAITING)
    deleted = 0
    while keys := list(old.order_by("sent_at").values_list("pk", flat=True)[:AT_ONCE]):
        deleted += old.filter(pk__in=keys).delete()[1].get(Delivery._meta.label, 0)
    return f"{deleted} {'delivery' if deleted == 1 else 'deliveries'} deleted."
