"""Failed sign-ins, which block a name for a quarter of an hour, are forgotten after SIGN_IN_ATTEMPT_DAYS."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet

from customers.lib.batches import delete_in_batches
from customers.lib.retention import kept_since


def due() -> QuerySet[AccessAttempt]:
    before = kept_since(timedelta(days=settings.SIGN_IN_ATTEMPT_DAYS))
    attempts: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(attempt_time__lt=before)
    return attempts


def purge_attempts() -> int:
    return delete_in_batches(due())
