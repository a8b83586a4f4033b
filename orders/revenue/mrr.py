"""What a subscription is worth a month after each thing that is billed or cancelled.

A line for a whole period sets it, one for a part of a period adds to it or replaces it, a cancellation ends it; a
credit begins nothing that has ended. In a set each plan is set for itself. Subscriptions that are connected are one,
which goes on from one member to the next: from the first line of the next, what the one before it bills, and that it
ends, no longer counts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from orders.revenue.monthly_rate import Period, monthly, prorate_factor
from orders.revenue.types import Billed, Cancelled, Change, Subscription


class Worth:
    """Of one subscription, or of several that are connected: `last` is the last of them that is ever billed.

    Once it has ended, `ended_at` says when, and `at_the_end` what it was worth then, by currency.
    """

    def __init__(self, last: Subscription) -> None:
        self.last = last
        self.current: Subscription | None = None
        self.ended_at: datetime | None = None
        self.at_the_end: dict[str, int] = {}
        self._running: Period | None = None
        self._amounts: dict[tuple[str, int], int] = {}

    @property
    def goes_on(self) -> bool:
        return bool(self._amounts)

    def by_currency(self) -> dict[str, int]:
        found: defaultdict[str, int] = defaultdict(int)
        for (currency, _), amount in self._amounts.items():
            found[currency] += amount
        return dict(found)

    def take(self, change: Change) -> None:
        if isinstance(change, Cancelled):
            if change.subscription == self.last and self.goes_on:
                self.at_the_end, self.ended_at = self.by_currency(), change.at
                self._clear()
        elif self._is_next(change):
            if change.subscription != self.current:
                self._clear()
                self.current = change.subscription
            self.ended_at = None
            self._bill(change)

    def _is_next(self, line: Billed) -> bool:
        if line.amount < 0 and not self.goes_on:
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
        in_set = line.subscription.in_set
        self._amounts = {key: each for key, each in self._amounts.items() if in_set and key[1] != line.plan}
        self._amounts[line.currency, line.plan] = amount

    def _add(self, line: Billed, amount: int) -> None:
        key = line.currency, line.plan
        self._amounts[key] = self._amounts.get(key, 0) + amount
