"""The MRR of one subscription, change by change.

- A line for a whole period sets the MRR; a prorated line adds to it or replaces it; a cancellation ends it.
- A credit does not restart a subscription that has ended, nor begin the next of several connected subscriptions.
- In a set, each plan has an MRR of its own; the MRR of the set is their sum.
- Connected subscriptions are one. From the first charge of the next one on, lines and cancellations of the previous one
  no longer count.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from orders.revenue.monthly_rate import Period, monthly, prorate_factor
from orders.revenue.types import Billed, Cancelled, Change, Subscription


class SubscriptionMrr:
    """`last` is the last of the connected subscriptions that is ever billed, or the only one.

    When it has ended, `ended_at` is when, and `at_end` its MRR by currency just before.
    """

    def __init__(self, last: Subscription) -> None:
        self.last = last
        self.current: Subscription | None = None
        self.ended_at: datetime | None = None
        self.at_end: dict[str, int] = {}
        self._running: Period | None = None
        self._amounts: dict[tuple[str, int], int] = {}

    @property
    def is_active(self) -> bool:
        return bool(self._amounts)

    def by_currency(self) -> dict[str, int]:
        sums: defaultdict[str, int] = defaultdict(int)
        for (currency, _), amount in self._amounts.items():
            sums[currency] += amount
        return dict(sums)

    def apply(self, change: Change) -> None:
        if isinstance(change, Cancelled):
            if change.subscription == self.last and self.is_active:
                self.at_end, self.ended_at = self.by_currency(), change.at
                self._clear()
        elif self._counts(change):
            if change.subscription != self.current:
                self._clear()
                self.current = change.subscription
            self.ended_at = None
            self._bill(change)

    def _counts(self, line: Billed) -> bool:
        is_credit = line.amount < 0
        if is_credit and not (self.is_active and line.subscription == self.current):
            return False
        return self.current is None or line.subscription.rank >= self.current.rank

    def _clear(self) -> None:
        self._amounts, self._running = {}, None

    def _bill(self, line: Billed) -> None:
        period = Period(line.at, line.until)
        if not line.proration:
            self._running = period
            self._set(line, monthly(line.amount, line.interval))
        elif line.proration == "differential_mrr":
            self._add(line, line.amount)
        else:
            factor = prorate_factor(period, line.interval, self._running)
            amount = monthly(line.amount, line.interval, factor=factor)
            (self._set if line.proration == "full" else self._add)(line, amount)

    def _set(self, line: Billed, amount: int) -> None:
        other_plans = {key: other for key, other in self._amounts.items() if key[1] != line.plan}
        self._amounts = other_plans if line.subscription.in_set else {}
        self._amounts[line.currency, line.plan] = amount

    def _add(self, line: Billed, amount: int) -> None:
        key = line.currency, line.plan
        self._amounts[key] = self._amounts.get(key, 0) + amount
