"""What a customer spent by month, and the merges that brought them what others had spent.

Months are those of UTC; what was refunded counts in the month of its order. No order is read, only the totals by month.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Sum

from customers.models import Customer, Merge, MonthTotals
from customers.models.totals import month_of

MOST_MONTHS = 36
FEWEST_MONTHS = 12
MOST_MERGES = 12

Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Month:
    """One month's orders; amounts in minor units."""

    first: date
    orders: int = 0
    amount: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class Spending:
    """Every month of a stretch that ends with this one, in one currency; `before` is what came earlier together.

    `others` are the customer's other currencies. `merges` are the newest of the standing ones, oldest first.
    """

    currency: str
    others: tuple[str, ...]
    months: tuple[Month, ...]
    before: Month | None
    merges: tuple[Merge, ...]


def spend_of(customer: Customer, *, now: datetime, currency: str = "") -> Spending | None:
    """In `currency`, or the one most used; None where nothing was bought."""
    of = _by_currency(customer)
    if not of:
        return None
    most_used = sorted(of, key=lambda other: (-sum(orders for orders, *_ in of[other].values()), other))
    chosen = currency if currency in of else most_used[0]
    firsts = _stretch(min(of[chosen]), max(max(of[chosen]), month_of(now)))
    earlier = [sums for month, sums in of[chosen].items() if month < firsts[0]]
    return Spending(
        chosen,
        tuple(other for other in most_used if other != chosen),
        tuple(Month(first, *of[chosen].get(first, (0, 0, 0))) for first in firsts),
        Month(firsts[0], *map(sum, zip(*earlier, strict=True))) if earlier else None,
        _merges(customer, since=firsts[0]),
    )


def _by_currency(customer: Customer) -> dict[str, dict[date, Sums]]:
    rows = MonthTotals.objects.filter(source_record__customer=customer, orders__gt=0)
    sums = rows.values_list("currency", "month").annotate(Sum("orders"), Sum("amount"), Sum("refunded"))
    sums_of: defaultdict[str, dict[date, Sums]] = defaultdict(dict)
    for currency, month, orders, amount, refunded in sums.order_by("currency", "month"):
        sums_of[currency][month] = (orders, amount, refunded)
    return dict(sums_of)


def _stretch(first: date, last: date) -> list[date]:
    """The first days of the months to show: from `first`, but no more and no fewer than there may be."""
    end = last.year * 12 + last.month - 1
    length = end - (first.year * 12 + first.month - 1) + 1
    shown = min(max(length, FEWEST_MONTHS), MOST_MONTHS, end - 11)
    return [date(n // 12, n % 12 + 1, 1) for n in range(end - shown + 1, end + 1)]


def _merges(customer: Customer, *, since: date) -> tuple[Merge, ...]:
    start = datetime(since.year, since.month, 1, tzinfo=UTC)
    # Also those of whoever was merged into this customer later: a survivor has a record of its own at least.
    merges = Merge.objects.filter(survivor__own_records__customer=customer, undone_at=None, created__gte=start)
    return tuple(reversed(merges.order_by("-created", "-pk").distinct()[:MOST_MERGES]))
