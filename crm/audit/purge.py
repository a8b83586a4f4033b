"""Deleting entries of the audit log after AUDIT_DAYS, in batches: the only way in which they are ever deleted."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from crm.audit.models import AuditEntry, AuditPurge
from customers.lib.batches import BATCH
from customers.lib.retention import kept_since


def count_due() -> int:
    return AuditEntry.objects.filter(at__lt=_kept_since()).count()


def purge() -> int:
    """The number of entries deleted."""
    before, deleted = _kept_since(), 0
    while entries := _delete_batch(before):
        deleted += entries
    return deleted


def _kept_since() -> datetime:
    return kept_since(timedelta(days=settings.AUDIT_DAYS))


@transaction.atomic
def _delete_batch(before: datetime) -> int:
    entries = AuditEntry.objects.filter(at__lt=before).order_by("at", "pk")
    pks = list(entries.values_list("pk", flat=True)[:BATCH])
    if pks:
        # What the triggers ask for. It is gone before the transaction ends.
        allowed = AuditPurge.objects.create(before=before)
        AuditEntry.objects.filter(pk__in=pks).delete()
        allowed.delete()
    return len(pks)
