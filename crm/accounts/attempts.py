"""Failed sign-ins, which block a name for a quarter of an hour, are forgotten the day after."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.utils import timezone

KEPT_FOR = timedelta(days=1)


def purge_attempts() -> str:
    deleted, _ = AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - KEPT_FOR).delete()
    return f"{deleted} deleted."
