"""Deleting old comparisons after RECONCILIATION_DAYS, with their differences."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from customers.lib.batches import delete_in_batches
from customers.lib.retention import kept_since
from orders.models import Reconciliation


def due() -> QuerySet[Reconciliation]:
    return Reconciliation.objects.filter(day__lt=kept_since(timedelta(days=settings.RECONCILIATION_DAYS)).date())


def purge() -> int:
    return delete_in_batches(due().order_by("day"))
