"""Which days are due: of the last week those not compared yet, and of two weeks those in which something differed.

A difference is often gone by the next day: an answer came late, or a user has recorded it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q

from orders.models import Reconciliation

FIRST_COMPARED = 7
COMPARED_AGAIN = 14


def days_due(today: date) -> Sequence[date]:
    """Oldest first, without today: its payments are not over."""
    wanted = {today - timedelta(days=back) for back in range(1, FIRST_COMPARED + 1)}
    recent = Reconciliation.objects.filter(day__gte=today - timedelta(days=COMPARED_AGAIN), day__lt=today)
    done = set(recent.values_list("day", flat=True))
    open_days = recent.filter(Q(differences__isnull=False) | Q(not_comparable__gt=0))
    return sorted((wanted - done) | set(open_days.values_list("day", flat=True)))
