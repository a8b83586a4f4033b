"""The spend of a customer by month, and the merges in that time, which added the spend of the duplicates.

Months are in UTC, and a refund counts in the month of its order. Only the totals by month are read, no orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import QuerySet, Sum

from customers.models import Customer, Merge, MonthTotals
from customers.models.totals import month_of
from customers.statements.prepared import Slot

MOST_MONTHS = 36
FEWEST_MONTHS = 12
MOST_MERGES = 12

Sums = tuple[int, int, int]
CurrencyMonth = tuple[str, date, int, int, int]


@dataclass(frozen=True)
class Month:
    """One month's orders; amounts in minor units."""

    first: date
    orders: int = 0
    amount: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class SpendByMonth:
    """Every month up to this one, in one currency; `before` is the sum of the months before the first.

    `others` are the customer's other currencies. `merges` are the newest active ones, oldest first.
    """

    currency: str
    others: tuple[str, ...]
    months: tuple[Month, ...]
    before: Month | None
    merges: tuple[Merge, ...]

    @property
    def is_filled(self) -> bool:
        return any(month.amount for month in self.months)


def spend_from(
    sums: Iterable[CurrencyMonth], merges: Iterable[Merge], *, now: datetime, currency: str = ""
) -> SpendByMonth | None:
    """The spend in `currency`, or in the one of most orders; None for a customer without orders.

    From `month_sums` and `merges_into`, which may have been read long before.
    """
    sums_of = _by_currency(sums)
    if not sums_of:
        return None
    most_used = sorted(sums_of, key=lambda other: (-sum(orders for orders, *_ in sums_of[other].values()), other))
    chosen = currency if currency in sums_of else most_used[0]
    sums_by_month = sums_of[chosen]
    months = _shown_months(min(sums_by_month), max(*sums_by_month, month_of(now)))
    earlier = [sums for month, sums in sums_by_month.items() if month < months[0]]
    return SpendByMonth(
        chosen,
        tuple(other for other in most_used if other != chosen),
        tuple(Month(first, *sums_by_month.get(first, (0, 0, 0))) for first in months),
        Month(months[0], *map(sum, zip(*earlier, strict=True))) if earlier else None,
        _oldest_first(merge for merge in merges if merge.created >= _start_of(months[0])),
    )


def month_sums(customer: Customer | Slot) -> QuerySet[MonthTotals, CurrencyMonth]:
    rows = MonthTotals.objects.filter(source_record__customer=customer, orders__gt=0)
    return rows.values_list("currency", "month").annotate(Sum("orders"), Sum("amount"), Sum("refunded"))


def merges_into(customer: Customer | Slot, since: datetime | Slot) -> QuerySet[Merge]:
    """The newest active ones."""
    # Merges into customers that were merged into this one later count too. Every survivor has a record of its own.
    merges = Merge.objects.filter(survivor__own_records__customer=customer, undone_at=None, created__gte=since)
    return merges.order_by("-created", "-pk").distinct()[:MOST_MERGES]


def earliest_plotted(now: datetime) -> datetime:
    """Before this no month is plotted."""
    return _start_of(_shown_months(date.min, month_of(now))[0])


def _by_currency(sums: Iterable[CurrencyMonth]) -> dict[str, dict[date, Sums]]:
    sums_of: defaultdict[str, dict[date, Sums]] = defaultdict(dict)
    for currency, month, orders, amount, refunded in sorted(sums):
        sums_of[currency][month] = (orders, amount, refunded)
    return dict(sums_of)


def _shown_months(first: date, last: date) -> list[date]:
    """The first days of the last FEWEST_MONTHS to MOST_MONTHS up to `last`, from `first` if that is between."""
    end = last.year * 12 + last.month - 1
    length = end - (first.year * 12 + first.month - 1) + 1
    shown = min(max(length, FEWEST_MONTHS), MOST_MONTHS, end - 11)
    return [date(n // 12, n % 12 + 1, 1) for n in range(end - shown + 1, end + 1)]


def _oldest_first(merges: Iterable[Merge]) -> tuple[Merge, ...]:
    return tuple(sorted(merges, key=lambda merge: (merge.created, merge.pk)))


def _start_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)
