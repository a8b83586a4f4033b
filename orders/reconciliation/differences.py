"""What the comparisons with the gateway found, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef
from django.utils import timezone

from customers.lib.numbers import capped_count
from customers.records.counts import CappedCount
from orders.models import Order, PaymentDifference, Reconciliation
from orders.reconciliation.days import COMPARED_AGAIN

MOST_DAYS = 30
MOST_DIFFERENCES = 100
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class ComparedDay:
    """`differences` is how many there are, such as “3” or “1,000+”."""

    reconciliation: Reconciliation
    differences: str


@dataclass(frozen=True)
class RecentDifferences:
    """`number` is at most one more than are counted; `text` says it."""

    number: int
    text: str


@dataclass(frozen=True)
class ReconciliationPage:
    """The newest days, and the newest differences."""

    days: Sequence[ComparedDay]
    differences: Sequence[PaymentDifference]
    orders: frozenset[str]
    """Numbers of orders that are still there."""


def reconciliation_page() -> ReconciliationPage:
    of_day = PaymentDifference.objects.filter(reconciliation=OuterRef("pk")).values("pk")[: MOST_COUNTED + 1]
    days = Reconciliation.objects.annotate(number=CappedCount(of_day)).order_by("-day")[:MOST_DAYS]
    differences = list(
        PaymentDifference.objects.select_related("reconciliation").order_by("-reconciliation__day", "-at", "-pk")[
            :MOST_DIFFERENCES
        ]
    )
    numbers = {difference.order_number for difference in differences}
    orders = frozenset(Order.objects.filter(number__in=numbers).values_list("number", flat=True))
    compared = [ComparedDay(day, capped_count(day.number, MOST_COUNTED)) for day in days]
    return ReconciliationPage(compared, differences, orders)


def recent_differences() -> RecentDifferences | None:
    """Of the days that are compared again: older ones are on the page only. None where there are none."""
    day = timezone.now().date() - timedelta(days=COMPARED_AGAIN)
    # The days first: they are few, and the differences of each are read from its index.
    days = list(Reconciliation.objects.filter(day__gte=day).values_list("pk", flat=True))
    differences = PaymentDifference.objects.filter(reconciliation__in=days).values_list("pk", flat=True)
    number = len(differences[: MOST_COUNTED + 1])
    return RecentDifferences(number, capped_count(number, MOST_COUNTED)) if number else None
