"""Deleting events after EVENTS_DAYS, in batches. Programs that read on more slowly than that are told so."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from customers.lib import retention
from customers.lib.batches import delete_in_batches
from customers.models import Event


def kept_since() -> datetime:
    return retention.kept_since(timedelta(days=settings.EVENTS_DAYS))


def due() -> QuerySet[Event]:
    return Event.objects.filter(at__lt=kept_since()).order_by("at", "pk")


def purge() -> int:
    """The number of events deleted."""
    return delete_in_batches(due())
