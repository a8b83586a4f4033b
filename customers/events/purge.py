"""Deleting events after EVENTS_DAYS, in batches. Programs that read on more slowly than that are told so."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from customers.lib.batches import BATCH
from customers.models import Event


def kept_since() -> datetime:
    return timezone.now() - timedelta(days=settings.EVENTS_DAYS)


def purge() -> int:
    """The number of events deleted."""
    before, total = kept_since(), 0
    while pks := list(Event.objects.filter(at__lt=before).order_by("at", "pk").values_list("pk", flat=True)[:BATCH]):
        Event.objects.filter(pk__in=pks).delete()
        total += len(pks)
    return total
