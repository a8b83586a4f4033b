"""What the comparisons with the gateway found, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from orders.models import Order, PaymentDifference, Reconciliation
from orders.reconciliation.days import COMPARED_AGAIN

MOST_DAYS = 30
MOST_DIFFERENCES = 100


@dataclass(frozen=True)
class ReconciliationPage:
    """The newest days, each with how many `differences` it `has`, and the newest differences."""

    days: Sequence[Reconciliation]
    differences: Sequence[PaymentDifference]
    orders: frozenset[str]
    """Numbers of orders that are still there."""


def reconciliation_page() -> ReconciliationPage:
    days = Reconciliation.objects.annotate(has=Count("differences")).order_by("-day")[:MOST_DAYS]
    differences = list(
        PaymentDifference.objects.select_related("reconciliation").order_by("-reconciliation__day", "-at", "-pk")[
            :MOST_DIFFERENCES
        ]
    )
    numbers = {difference.order_number for difference in differences}
    orders = frozenset(Order.objects.filter(number__in=numbers).values_list("number", flat=True))
    return ReconciliationPage(list(days), differences, orders)


def recent_differences() -> int:
    """Of the days that are compared again: older ones are on the page only."""
    return _since(timezone.now()).count()


def _since(now: datetime) -> QuerySet[PaymentDifference]:
    day = now.date() - timedelta(days=COMPARED_AGAIN)
    return PaymentDifference.objects.filter(reconciliation__day__gte=day)
